"""An edition as values, as public pages, as the monitor and as open data."""
