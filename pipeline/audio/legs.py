"""One call in two files, a side each, as PBXs write them: X-in/X-out, X-r/X-t, X-L/X-R, often beside a mixed X."""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pipeline.audio.decode import DecodedAudio, Samples, decode
from pipeline.records import AudioFacts

# what comes first is taken for the operator's side until the wording says otherwise: Asterisk's r and in are what the
# other end sends, t and out what is sent to it, and they change places when the call is an outgoing one
SUFFIXES = (("out", "in"), ("t", "r"), ("L", "R"))


@dataclass(frozen=True, slots=True)
class CallFiles:
    """The files of one call: a recording, or the operator's and the customer's leg (and the mixed copy, unused)."""

    stem: str
    main: Path
    other_leg: Path | None = None
    mixed: Path | None = None


def group_legs(paths: Iterable[Path]) -> list[CallFiles]:
    """Calls in the order of their first file. A leg whose other side is missing stays a recording of its own."""
    files = list(paths)
    by_name = {(path.parent, path.stem): path for path in files}
    calls: dict[tuple[Path, str], CallFiles] = {}
    for path in files:
        call = _pair(path, by_name) or CallFiles(path.stem, path)
        known = calls.get((path.parent, call.stem))
        if known is None or (known.other_leg is None and call.other_leg is not None):
            calls[path.parent, call.stem] = call
    return list(calls.values())


def without_leg(stem: str) -> str:
    """The name of the call that a leg's stem belongs to; another stem as it is.

    >>> without_leg("q-600-0901234-20261003-140500-1.2-in"), without_leg("call-17")
    ('q-600-0901234-20261003-140500-1.2', 'call-17')
    """
    for pair in SUFFIXES:
        for suffix in pair:
            if stem.endswith(f"-{suffix}"):
                return stem.removesuffix(f"-{suffix}")
    return stem


def _pair(path: Path, by_name: dict[tuple[Path, str], Path]) -> CallFiles | None:
    for operator, customer in SUFFIXES:
        for suffix in (f"-{operator}", f"-{customer}"):
            if not path.stem.endswith(suffix):
                continue
            stem = path.stem.removesuffix(suffix)
            legs = [by_name.get((path.parent, f"{stem}-{side}")) for side in (operator, customer)]
            if legs[0] is not None and legs[1] is not None:
                return CallFiles(stem, legs[0], legs[1], by_name.get((path.parent, stem)))
    return None


class DecodedLegs(DecodedAudio):
    """Two mono recordings read as the channels of one, aligned at their start, the shorter one silent at its end."""

    def __init__(self, operator: DecodedAudio, customer: DecodedAudio) -> None:
        self._legs = (operator, customer)
        self.samples = max(operator.samples, customer.samples)
        self.facts = _joined(operator.facts, customer.facts)

    @property
    def channels(self) -> int:
        """The operator's leg is 0, the customer's 1."""
        return 2

    def read_all(self, start: int, stop: int) -> Samples:
        """Samples of both legs: shape (samples, 2)."""
        both = np.zeros((max(0, min(stop, self.samples) - start), 2), np.float32)
        for channel, leg in enumerate(self._legs):
            sound = leg.read_all(min(start, leg.samples), min(stop, leg.samples)).mean(axis=1)
            both[: len(sound), channel] = sound
        return both

    def close(self) -> None:
        """Close both."""
        for leg in self._legs:
            leg.close()


def decode_call(
    main: Path, other_leg: Path | None = None, *, max_hours: float = 12.0, spool_dir: Path | None = None
) -> DecodedAudio:
    """A recording, or two legs as one. Raises what `decode` raises, for either file."""
    if other_leg is None:
        return decode(main, max_hours=max_hours, spool_dir=spool_dir)
    with contextlib.ExitStack() as opened:
        operator = opened.enter_context(decode(main, max_hours=max_hours, spool_dir=spool_dir))
        customer = opened.enter_context(decode(other_leg, max_hours=max_hours, spool_dir=spool_dir))
        opened.pop_all()
        return DecodedLegs(operator, customer)


def _joined(first: AudioFacts, second: AudioFacts) -> AudioFacts:
    """What holds for both; the worse coverage of the two."""
    known = [facts.coverage for facts in (first, second) if facts.coverage is not None]
    declared = [facts.declared_s for facts in (first, second) if facts.declared_s is not None]
    return replace(
        first,
        duration_s=max(first.duration_s, second.duration_s),
        channels=2,
        declared_s=max(declared, default=None),
        coverage=min(known, default=None),
        bad_packets=first.bad_packets + second.bad_packets,
        notes=tuple(dict.fromkeys(("legs", *first.notes, *second.notes))),
    )
