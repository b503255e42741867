"""The web application: reads and writes through `pipeline.store`, computes nothing."""
