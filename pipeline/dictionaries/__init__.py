"""The dictionary and the word list in the store: read, tried, changed, published; candidates for it."""
