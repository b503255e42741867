"""Moments in words nobody listed: sentences of a call in, a calibrated probability per label out.

The way: `sentences` cuts utterances, `ngrams` dismisses the plain ones, `encoder` reads the rest in context, `head`
turns both into calibrated probabilities; `classify` ties them together. `training` makes what `manifest` checks.
"""
