"""A simulated country of schools with known truth."""
