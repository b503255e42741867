"""Character error rate of transcripts against the truth, per speaker, with a bootstrap interval over calls."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein

Reading = Callable[[str], str]
RESAMPLES = 2000
SEED = 20_260_101


@dataclass(frozen=True, slots=True)
class SpeakerText:
    """Everything one speaker said in one call: as it was, and as it was transcribed."""

    call_id: str
    truth: str
    heard: str


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """Mean over calls with its 95 % interval; `reading_cer` is blind to the choice of kanji or kana."""

    cer: float
    ci_low: float
    ci_high: float
    reading_cer: float | None
    per_call: Mapping[str, float]


def comparable(text: str) -> str:
    """NFKC, lower case, letters and digits only: what a listener could have heard.

    >>> comparable("はい、２２００円です。")
    'はい2200円です'
    """
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LN")


def character_error_rate(truth: str, heard: str) -> float:
    """Insertions, deletions and substitutions ÷ characters of the truth, both `comparable`.

    Above 1 if more was invented than said; 0 for an empty truth with nothing heard, else 1 per the convention that
    an empty truth counts as one character.

    >>> character_error_rate("解約です。", "契約です")
    0.25
    """
    said, found = comparable(truth), comparable(heard)
    return Levenshtein.distance(said, found) / max(1, len(said))


def error_rate(texts: Sequence[SpeakerText], reading: Reading | None = None) -> ErrorRate:
    """The mean character error rate over calls, on text and on `reading` (text to kana).

    Raises `ValueError` without any call.
    """
    if not texts:
        raise ValueError("no call to evaluate")
    rates = np.array([character_error_rate(text.truth, text.heard) for text in texts])
    low, high = bootstrap_interval(rates)
    read = None
    if reading is not None:
        read = float(np.mean([character_error_rate(reading(text.truth), reading(text.heard)) for text in texts]))
    per_call = {text.call_id: float(rate) for text, rate in zip(texts, rates, strict=True)}
    return ErrorRate(float(rates.mean()), low, high, read, per_call)


@dataclass(frozen=True, slots=True)
class NameCounts:
    """How often names were said, how often they were also written, and how often written without having been said."""

    said: int
    heard: int
    invented: int


def names_heard(texts: Sequence[SpeakerText], names: Sequence[str]) -> NameCounts:
    """Counts over speakers and calls, blind to width and punctuation.

    >>> texts = [SpeakerText("a", "マモルカ、マモルカです。", "マモルカ"), SpeakerText("b", "守る", "マモルカ")]
    >>> names_heard(texts, ["マモルカ"])
    NameCounts(said=2, heard=1, invented=1)
    """
    counts = [
        (comparable(text.truth).count(comparable(name)), comparable(text.heard).count(comparable(name)))
        for text in texts
        for name in names
    ]
    return NameCounts(
        said=sum(said for said, _ in counts),
        heard=sum(min(pair) for pair in counts),
        invented=sum(max(0, heard - said) for said, heard in counts),
    )


def bootstrap_interval(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, float]:
    """95 % percentile interval of the mean, by resampling calls; the same for the same values."""
    draw = np.random.default_rng(SEED).integers(0, len(values), size=(RESAMPLES, len(values)))
    low, high = np.percentile(values[draw].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def paired_upper_bound(ours: Mapping[str, float], theirs: Mapping[str, float]) -> float:
    """Upper end of the 95 % interval of the mean difference ours − theirs, over the calls both have."""
    common = sorted(ours.keys() & theirs.keys())
    return bootstrap_interval(np.array([ours[call] - theirs[call] for call in common]))[1]
