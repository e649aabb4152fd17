"""The HTML of the pages, and what each section of the report shows."""
