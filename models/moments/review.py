"""Which sentences teach most when a person looks at them: those that the model is least sure of.

Uncertainty sampling (D. Lewis, W. Gale 1994), measured from the threshold of the label rather than from one half:
a label with a low threshold is undecided at a low probability.
"""

from math import exp, log
from typing import Final

EDGE: Final = 1e-6
UNCERTAIN = 0.5  # of the threshold; a label between this and the threshold was not given, but nearly


def uncertainty(probability: float, threshold: float) -> float:
    """From 0 (sure) to 1 (on the threshold): the entropy, in bits, of the odds as seen from the threshold.

    >>> uncertainty(0.4, 0.4)
    1.0
    >>> uncertainty(0.99, 0.4) < uncertainty(0.1, 0.4) < uncertainty(0.3, 0.4)
    True
    """
    seen = 1 / (1 + exp(_log_odds(threshold) - _log_odds(probability)))
    return round(-sum(share * log(share, 2) for share in (seen, 1 - seen) if share > 0), 6)


def is_undecided(probability: float, threshold: float) -> bool:
    """Whether a label that was not given came near enough to be worth showing."""
    return UNCERTAIN * threshold <= probability < threshold


def _log_odds(share: float) -> float:
    share = min(max(share, EDGE), 1 - EDGE)
    return log(share / (1 - share))
