"""Recordings to samples: what a file is, how much of it can be read, and who speaks on which channel."""
