"""Serein: supervised benzodiazepine therapy, from the first evaluation to the last dose."""

__version__ = "0.1.0"
