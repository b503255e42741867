"""From recordings to stored effects; the only package that touches the database."""
