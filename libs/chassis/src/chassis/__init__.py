"""How any service starts, fails, reports and stops."""
