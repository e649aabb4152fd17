"""What comes in and goes out over HTTP, as marshmallow schemas: unknown fields are refused."""
