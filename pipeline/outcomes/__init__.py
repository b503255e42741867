"""The four input tables: read, checked, joined to calls, and the report of what could not be joined."""
