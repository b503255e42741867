"""Whose voice it is within one call: vectors of voices, and two speakers told apart. Nothing is kept of a voice."""
