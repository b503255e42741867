"""Retention, expansion and lifetime value, counted to the yen from contracts and their outcomes."""
