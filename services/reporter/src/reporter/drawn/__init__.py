"""The charts: their definitions, and how they become pictures."""
