"""The commands: each file parses one command line and calls one plain function."""
