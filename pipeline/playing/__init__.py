"""Recordings for listening."""
