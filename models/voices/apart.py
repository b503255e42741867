"""Two speakers in one channel: whose each stretch is, by voice, by what is said, and by who spoke just before.

A mixture of two von Mises–Fisher distributions on the unit sphere with a fixed concentration, so that voices which
differ decide alone, and voices which hardly do leave room for the words; consecutive stretches are a Markov chain.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.voices.embedding import Floats, unit

# chosen on the five shipped recordings and on pairs of read Common Voice clips, neither of them the evaluation's calls
CONCENTRATION = 60.0  # of stretches of 1.5 s; from 40 to 90 the error is the same within a third
USUAL_S = 1.5
LONGEST_S = 4.0  # more of the same stretch says no more about the voice
SHORTEST_S = 0.3
SOON_S = 0.3  # a pause shorter than this mostly lies within one person's turn
STAYS_SOON, STAYS = 0.85, 0.6  # probability that the same person goes on
CLEAR_S = 1.5  # stretches this long are taken to judge whether there are two voices at all
CLEAR_COUNT, CLEAR_TOTAL = 3, 10  # of each voice, and in all: fewer look apart by chance
# standard deviations between the two voices, each stretch measured against the others: one person's talk split in two
# reached 2.2, two people's began at 9.5, one synthetic voice at two pitches at 7.3
TWO_VOICES = 4.5
MOST_SEEDED = 1000  # stretches that the first guess is made of: its memory grows with their square
ROUNDS = 40

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Speech of one person: seconds from and to; `hint` is the log odds by its words that it is voice 1."""

    start_s: float
    stop_s: float
    hint: float = 0.0


@dataclass(frozen=True, slots=True)
class Voices:
    """Who speaks in each stretch (0 or 1), how sure that is (0.5 to 1), and how far apart the voices are."""

    who: tuple[int, ...]
    confidence: tuple[float, ...]
    separation: float

    @property
    def are_two(self) -> bool:
        """Whether two people speak, rather than one whose talk was divided."""
        return self.separation >= TWO_VOICES


def tell_apart(vectors: Floats, stretches: Sequence[Stretch]) -> Voices:
    """`vectors` (stretches, dimensions), of length 1, in order of time. One stretch or none has no second voice."""
    if len(stretches) < 2:
        return Voices((0,) * len(stretches), (0.5,) * len(stretches), 0.0)
    seconds = np.array([stretch.stop_s - stretch.start_s for stretch in stretches])
    weights = np.clip(seconds, SHORTEST_S, LONGEST_S)
    hints = np.array([stretch.hint for stretch in stretches])
    chain = _chain(stretches)
    fits = [_fit(vectors, weights, hints, chain, guess) for guess in _guesses(vectors, seconds, hints)]
    _, probability = max(fits, key=lambda fit: fit[0])
    who = probability.argmax(axis=1)
    return Voices(
        who=tuple(who.tolist()),
        confidence=tuple(probability.max(axis=1).tolist()),
        separation=_separation(vectors, weights, who, seconds >= CLEAR_S),
    )


def _guesses(vectors: Floats, seconds: Array, hints: Array) -> list[npt.NDArray[np.int64]]:
    """Where to begin: by voice alone, either way round, and by words alone."""
    from sklearn.cluster import AgglomerativeClustering

    seeds = np.sort(np.argsort(-seconds, kind="stable")[:MOST_SEEDED])
    labels = AgglomerativeClustering(2).fit_predict(vectors[seeds])
    centres = np.stack([vectors[seeds][labels == voice].mean(axis=0) for voice in (0, 1)])
    by_voice = (vectors @ unit(centres).T).argmax(axis=1)
    return [by_voice, 1 - by_voice, (hints > 0).astype(np.int64)]


def _fit(
    vectors: Floats, weights: Array, hints: Array, chain: Array, guess: npt.NDArray[np.int64]
) -> tuple[float, Array]:
    """Expectation maximisation: log likelihood, and the probability of either voice per stretch."""
    probability, likelihood = np.eye(2)[guess], -np.inf
    for _ in range(ROUNDS):
        centres = unit((probability * weights[:, None]).T @ vectors)
        evidence = CONCENTRATION * (vectors @ centres.T) * (weights / USUAL_S)[:, None]
        evidence[:, 1] += hints
        before = probability
        likelihood, probability = _forward_backward(evidence, chain)
        if np.abs(probability - before).max() < 1e-3:
            break
    return likelihood, probability


def _chain(stretches: Sequence[Stretch]) -> Array:
    """Log probability of staying and of changing, from each stretch to the next: shape (stretches − 1, 2, 2)."""
    pauses = np.array([b.start_s - a.stop_s for a, b in itertools.pairwise(stretches)])
    stay = np.where(pauses < SOON_S, STAYS_SOON, STAYS)
    steps: Array = np.stack([np.stack([stay, 1 - stay], axis=1), np.stack([1 - stay, stay], axis=1)], axis=1)
    return np.asarray(np.log(steps))


def _forward_backward(evidence: Array, chain: Array) -> tuple[float, Array]:
    forward, backward = np.empty_like(evidence), np.zeros_like(evidence)
    forward[0] = evidence[0] + np.log(0.5)
    for i, step in enumerate(chain):
        forward[i + 1] = evidence[i + 1] + np.logaddexp(forward[i, 0] + step[0], forward[i, 1] + step[1])
    for i in range(len(chain) - 1, -1, -1):
        after = backward[i + 1] + evidence[i + 1]
        backward[i] = np.logaddexp(chain[i, :, 0] + after[0], chain[i, :, 1] + after[1])
    likelihood = float(np.logaddexp(*forward[-1]))
    return likelihood, np.exp(forward + backward - likelihood)


def _separation(vectors: Floats, weights: Array, who: npt.NDArray[np.int64], clear: npt.NDArray[np.bool_]) -> float:
    """Distance of the two voices in standard deviations along the line between them, over the longer stretches.

    Each stretch is compared with the centres of the others, so that a few outliers do not pass for a voice.
    """
    rows, voices, mass = vectors[clear].astype(np.float64), who[clear], weights[clear]
    if len(rows) < CLEAR_TOTAL or min((voices == 0).sum(), (voices == 1).sum()) < CLEAR_COUNT:
        return 0.0
    heavy = rows * mass[:, None]
    sums = [heavy[voices == voice].sum(axis=0) for voice in (0, 1)]
    near = [(rows * unit(sums[v] - heavy * (voices == v)[:, None])).sum(axis=1) for v in (0, 1)]
    along = near[1] - near[0]
    first, second = along[voices == 0], along[voices == 1]
    spread = np.sqrt((first.var() * len(first) + second.var() * len(second)) / (len(along) - 2))
    return float((second.mean() - first.mean()) / max(spread, 1e-9))
