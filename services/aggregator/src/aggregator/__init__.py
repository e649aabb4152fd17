"""Folds responses into school and national statistics and releases them in safe steps."""
