"""The report as tables, and the files written from them."""
