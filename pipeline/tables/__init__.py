"""Tables that people bring: uploaded, looked at, loaded."""
