"""One call in two files, a side each, as PBXs write them: X-in/X-out, X-r/X-t, X-L/X-R, often beside a mixed X."""

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from pipeline.audio.decode import DecodedAudio, Samples, decode
from pipeline.errors import ItemError, Reason
from pipeline.records import AudioFacts

# Asterisk's t and out are what is sent to the recorded line, r and in what is received from it
SENT_RECEIVED = (("out", "in"), ("t", "r"))
LEFT_RIGHT = ("L", "R")
SUFFIXES = (*SENT_RECEIVED, LEFT_RIGHT)


@dataclass(frozen=True, slots=True)
class LegRoles:
    """Whose side each file holds: who is received on an incoming call, and which of left and right the operator is."""

    received: Literal["customer", "operator"] = "customer"  # "operator" where the recorder sits on their own lines
    operator_channel: int = 0

    def operator_first(self, pair: tuple[str, str], direction: str | None) -> tuple[str, str]:
        """The suffixes of the operator's and of the customer's file.

        On an outgoing call the recorded line is the operator's, and sent and received change places.
        """
        if pair == LEFT_RIGHT:
            turned = self.operator_channel == 1
        else:
            turned = (self.received == "operator") != (direction == "outbound")
        return (pair[1], pair[0]) if turned else pair


@dataclass(frozen=True, slots=True)
class CallFiles:
    """The files of one call: a recording, or the operator's and the customer's leg (and the mixed copy, unused)."""

    stem: str
    main: Path
    other_leg: Path | None = None
    mixed: Path | None = None


DEFAULT_ROLES = LegRoles()
Direction = Callable[[Path], str | None]  # "inbound", "outbound" …, None where nothing tells


def untold(path: Path) -> str | None:
    """Nothing tells who called whom."""
    return None


def group_legs(
    paths: Iterable[Path], roles: LegRoles = DEFAULT_ROLES, direction_of: Direction = untold
) -> list[CallFiles]:
    """Calls in the order of their first file. A leg whose other side is missing stays a recording of its own.

    Without `direction_of`, a call is taken for an incoming one until its wording says otherwise.
    """
    files = list(dict.fromkeys(paths))
    by_name: dict[tuple[Path, str], list[Path]] = {}
    for path in files:
        by_name.setdefault((path.parent, path.stem), []).append(path)
    owners: dict[Path, CallFiles] = {}
    for path in files:
        if call := _pair(path, by_name, roles, direction_of):
            owners.update({part: call for part in (call.main, call.other_leg, call.mixed) if part})
    return list(dict.fromkeys(owners.get(path) or CallFiles(path.stem, path) for path in files))


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


def _pair(
    path: Path, by_name: Mapping[tuple[Path, str], Sequence[Path]], roles: LegRoles, direction_of: Direction
) -> CallFiles | None:
    for pair in SUFFIXES:
        own = next((suffix for suffix in pair if path.stem.endswith(f"-{suffix}")), None)
        if own is None:
            continue
        stem = path.stem.removesuffix(f"-{own}")
        other = _beside(path, by_name.get((path.parent, f"{stem}-{pair[1] if own == pair[0] else pair[0]}"), ()))
        if other is None or _beside(other, by_name[path.parent, path.stem]) != path:
            continue
        operator, _ = roles.operator_first(pair, direction_of(path) or direction_of(other))
        legs = (path, other) if own == operator else (other, path)
        return CallFiles(stem, *legs, _beside(path, by_name.get((path.parent, stem), ())))
    return None


def _beside(path: Path, candidates: Sequence[Path]) -> Path | None:
    """The file that belongs to `path`: of its own format, or the only one; two of other formats leave it open."""
    same = [candidate for candidate in candidates if candidate.suffix == path.suffix]
    return same[0] if same else candidates[0] if len(candidates) == 1 else None


def legs_sha256(operator_sha256: str, customer_sha256: str) -> str:
    """The content of a call in two files, from the contents of both."""
    return hashlib.sha256(f"legs {operator_sha256} {customer_sha256}".encode()).hexdigest()


class DecodedLegs(DecodedAudio):
    """Two mono recordings read as the channels of one, aligned at their start, the shorter one silent at its end.

    A side that sent nothing leaves an empty file: None, a silent channel.
    """

    def __init__(self, operator: DecodedAudio | None, customer: DecodedAudio | None) -> None:
        self._legs = (operator, customer)
        known = [leg for leg in self._legs if leg is not None]
        self.samples = max(leg.samples for leg in known)
        self.facts = _joined([leg.facts for leg in known])

    @property
    def channels(self) -> int:
        """The operator's leg is 0, the customer's 1."""
        return 2

    def read_all(self, start: int, stop: int) -> Samples:
        """Samples of both legs: shape (samples, 2)."""
        both = np.zeros((max(0, min(stop, self.samples) - start), 2), np.float32)
        for channel, leg in enumerate(self._legs):
            if leg is not None:
                sound = leg.read_all(min(start, leg.samples), min(stop, leg.samples)).mean(axis=1)
                both[: len(sound), channel] = sound
        return both

    def close(self) -> None:
        """Close both."""
        for leg in self._legs:
            if leg is not None:
                leg.close()


def decode_call(
    main: Path, other_leg: Path | None = None, *, max_hours: float = 12.0, spool_dir: Path | None = None
) -> DecodedAudio:
    """A recording, or two legs as one. Raises what `decode` raises, for either file; EMPTY_AUDIO if both are empty."""
    if other_leg is None:
        return decode(main, max_hours=max_hours, spool_dir=spool_dir)
    with contextlib.ExitStack() as opened:
        legs = []
        for path in (main, other_leg):
            leg = _unless_empty(path, max_hours, spool_dir)
            legs.append(opened.enter_context(leg) if leg else None)
        if legs == [None, None]:
            raise ItemError(Reason.EMPTY_AUDIO, "both legs")
        opened.pop_all()
        return DecodedLegs(*legs)


def _unless_empty(path: Path, max_hours: float, spool_dir: Path | None) -> DecodedAudio | None:
    try:
        return decode(path, max_hours=max_hours, spool_dir=spool_dir)
    except ItemError as error:
        if error.reason is Reason.EMPTY_AUDIO:
            return None
        raise


def _joined(legs: Sequence[AudioFacts]) -> AudioFacts:
    """What holds for all; the worst coverage of any."""
    known = [facts.coverage for facts in legs if facts.coverage is not None]
    declared = [facts.declared_s for facts in legs if facts.declared_s is not None]
    return replace(
        legs[0],
        duration_s=max(facts.duration_s for facts in legs),
        channels=2,
        declared_s=max(declared, default=None),
        coverage=min(known, default=None),
        bad_packets=sum(facts.bad_packets for facts in legs),
        notes=tuple(dict.fromkeys(("legs", *(note for facts in legs for note in facts.notes)))),
    )
