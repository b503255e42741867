"""The store: the only SQL. One file per noun; every function takes an open connection."""
