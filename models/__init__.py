"""Statistics and learned models: text, arrays or DataFrames in, small dataclasses out; no database, no web."""
