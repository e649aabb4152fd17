"""The report in words, in one language: a module for each section."""
