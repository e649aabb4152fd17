"""The report of a session as values: areas and gaps, change, bands, suggestions, plans; the view that joins them."""
