"""Scorecards and the evaluation of calls by them."""
