"""The web application: pages and JSON over what the nights have stored. It reads through `pipeline.store` only."""
