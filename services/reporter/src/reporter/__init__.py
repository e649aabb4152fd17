"""Interactive school reports and the national dashboard."""
