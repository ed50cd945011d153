"""Is this amount, form, frequency and duration within bounds for this person? Decimal only."""
