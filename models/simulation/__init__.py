"""Invented support centres whose true effects are known, and the trial of the estimate against them."""
