"""Registry of schools, anonymous school codes, sessions and blind-signed ballots."""
