"""Search in what was said, and how words are spelt for it."""
