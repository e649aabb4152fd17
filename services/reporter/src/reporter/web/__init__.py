"""The routes, the door that they pass, and how requests are answered."""
