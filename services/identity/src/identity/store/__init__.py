"""What identity keeps in MongoDB, a module per kind of document."""
