"""Serves the questionnaire, accepts responses, publishes them."""
