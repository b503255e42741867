"""Samples to utterances: speech found, packed, recognised, guarded, cut, masked."""
