"""Agreement with what people heard and tagged: error rates, precision and recall, with intervals."""
