"""Django's way to PostgreSQL, with one question before each request instead of two: see `base`."""
