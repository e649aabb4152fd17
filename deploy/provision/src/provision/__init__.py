"""Creates topics, indexes, database users and roles before the services start."""
