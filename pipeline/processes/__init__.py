"""Work in processes that may die: of the night, of a cluster, and beside the pages."""
