"""Moments in words nobody listed: sentences of a call in, a calibrated probability per label out.

The way: `sentences` cuts utterances, `first_stage` dismisses the plain ones, `encoder` reads the rest in context,
`ngrams` counts their letters and `sounds`, `head` turns all of it into calibrated probabilities; `classify` ties them
together. `training` makes what `manifest` checks.
"""
