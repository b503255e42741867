"""`python -m pipeline` is `kouken`."""

from pipeline.cli import main

main()
