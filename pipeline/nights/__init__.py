"""The stages of the night over the store, from the archive to the report, and what holds two nights apart."""
