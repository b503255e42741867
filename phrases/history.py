"""A dictionary tried on stored calls: how often each entry is said, in how many calls, with examples in context.

Where an entry is said very often, a trial may stop after some work. It then has seen calls drawn at random from those
that can hold the entry, and says so: counts become estimates with 95 % intervals (`Sampled`).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from phrases.archive import Archive
from phrases.entry import PhraseSet
from phrases.japanese import Japanese
from phrases.meaning import Encode
from phrases.messages import Message
from phrases.sample import Total, total
from phrases.search import ArchiveHit, Search, judged

TOO_COMMON = 0.5  # share of calls above which an entry says little; shown before it can be approved
MOST_EXAMPLES = 20
A_SECOND = 1_500  # work of a trial that answers within about a second, in turns to be matched
A_PARSE = 25  # turns that are matched while one sentence is parsed
TOGETHER = 128  # turns of calls that are judged together
_SEED = 20  # the same trial draws the same calls


@dataclass(frozen=True, slots=True)
class Sampled:
    """Of a trial that stopped: `seen` turns of the `turns` that can hold the entry; 95 % intervals of the counts."""

    seen: int
    turns: int
    hits: Total
    cancelled: Total
    calls: Total


@dataclass(frozen=True, slots=True)
class Tried:
    """One entry over all stored calls. `share` is of calls, `found_in` names them; `examples` are hits of some calls.

    With `sampled` the counts are estimates, and `found_in` holds what was seen.
    """

    phrase_id: str
    hits: int
    cancelled: int
    calls: int
    share: float
    examples: tuple[ArchiveHit, ...]
    found_in: frozenset[str] = field(default=frozenset(), repr=False)
    sampled: Sampled | None = None

    @property
    def warning(self) -> Message | None:
        """What to tell the editor before approval, if anything."""
        percent = round(self.share * 100)
        if self.share > TOO_COMMON:
            ja = f"通話の {percent} % に当たります。広すぎないか確かめてください。"
            return Message(ja, f"It matches {percent} % of calls. Make sure that it is not too wide.")
        if not self.hits and self.sampled is None:
            return Message("どの通話にも当たりません。", "It matches no call.")
        return None


@dataclass(slots=True)
class _Tally:
    """What was found of one entry so far, by call."""

    hits: Counter[str] = field(default_factory=Counter)
    cancelled: Counter[str] = field(default_factory=Counter)
    examples: list[ArchiveHit] = field(default_factory=list)

    def add(self, found: ArchiveHit) -> None:
        if found.hit.cancelled_by is not None:
            self.cancelled[found.call_id] += 1
            return
        self.hits[found.call_id] += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(found)


def try_on_history(
    archive: Archive,
    phrase_set: PhraseSet,
    japanese: Japanese,
    encode: Encode | None = None,
    most_work: int | None = None,
) -> tuple[Tried, ...]:
    """Every published entry tried on every stored call, in the order of the entries; exact without `most_work`."""
    search = Search(archive, phrase_set, japanese, encode)
    entries = [phrase.id for phrase in phrase_set.phrases if phrase.status == "published"]
    tallies = {identity: _Tally() for identity in entries}
    seen: list[str] = []
    parsed, turns = japanese.parsed, 0
    for calls in _drawn(search):
        for found in judged((one for call_id in calls for one in search.sightings(call_id)), japanese):
            tallies[found.hit.phrase_id].add(found)
        seen += calls
        turns += sum(search.turns[call_id] for call_id in calls)
        if most_work is not None and turns + A_PARSE * (japanese.parsed - parsed) >= most_work:
            break
    return tuple(_told(identity, tally, seen, search, len(archive.turns)) for identity, tally in tallies.items())


def _drawn(search: Search) -> Iterator[list[str]]:
    """All calls in any order, some at a time: wherever this stops, they are a random sample."""
    calls = list(search.turns)
    Random(_SEED).shuffle(calls)  # noqa: S311 - no secret
    some: list[str] = []
    turns = 0
    for call_id in calls:
        some.append(call_id)
        turns += search.turns[call_id]
        if turns >= TOGETHER:
            yield some
            some, turns = [], 0
    if some:
        yield some


def _told(identity: str, tally: _Tally, seen: list[str], search: Search, of_calls: int) -> Tried:
    calls, sizes = len(search.turns), [search.turns[call_id] for call_id in seen]
    order = {call_id: number for number, call_id in enumerate(search.turns)}
    turns = sum(search.turns.values())
    hits = total([tally.hits[call_id] for call_id in seen], sizes, turns, calls)
    cancelled = total([tally.cancelled[call_id] for call_id in seen], sizes, turns, calls)
    found_in = total([int(call_id in tally.hits) for call_id in seen], [1] * len(seen), calls, calls)
    return Tried(
        phrase_id=identity,
        hits=hits.value,
        cancelled=cancelled.value,
        calls=found_in.value,
        share=found_in.value / of_calls if of_calls else 0.0,
        examples=tuple(sorted(tally.examples, key=lambda found: order[found.call_id])),
        found_in=frozenset(tally.hits),
        sampled=Sampled(sum(sizes), turns, hits, cancelled, found_in) if len(seen) < calls else None,
    )
