"""A dictionary tried on stored calls: how often each entry is said, in how many calls, with examples in context."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from phrases.archive import Archive, ArchiveHit
from phrases.entry import PhraseSet
from phrases.japanese import Japanese
from phrases.meaning import Encode
from phrases.messages import Message

TOO_COMMON = 0.5  # share of calls above which an entry says little; shown before it can be approved
MOST_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Tried:
    """One entry over all stored calls. `share` is of calls, `found_in` names them; `examples` are the first hits."""

    phrase_id: str
    hits: int
    cancelled: int
    calls: int
    share: float
    examples: tuple[ArchiveHit, ...]
    found_in: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def warning(self) -> Message | None:
        """What to tell the editor before approval, if anything."""
        percent = round(self.share * 100)
        if self.share > TOO_COMMON:
            ja = f"通話の {percent} % に当たります。広すぎないか確かめてください。"
            return Message(ja, f"It matches {percent} % of calls. Make sure that it is not too wide.")
        if not self.hits:
            return Message("どの通話にも当たりません。", "It matches no call.")
        return None


def try_on_history(
    archive: Archive, phrase_set: PhraseSet, japanese: Japanese, encode: Encode | None = None
) -> tuple[Tried, ...]:
    """Every published entry tried on every stored call, in the order of the entries."""
    hits: Counter[str] = Counter()
    cancelled: Counter[str] = Counter()
    calls: defaultdict[str, set[str]] = defaultdict(set)
    examples: defaultdict[str, list[ArchiveHit]] = defaultdict(list)
    for found in archive.hits(phrase_set, japanese, encode):
        identity = found.hit.phrase_id
        if found.hit.cancelled_by is not None:
            cancelled[identity] += 1
            continue
        hits[identity] += 1
        calls[identity].add(found.call_id)
        if len(examples[identity]) < MOST_EXAMPLES:
            examples[identity].append(found)
    return tuple(
        Tried(
            phrase_id=phrase.id,
            hits=hits[phrase.id],
            cancelled=cancelled[phrase.id],
            calls=len(calls[phrase.id]),
            share=len(calls[phrase.id]) / archive.calls if archive.calls else 0.0,
            examples=tuple(examples[phrase.id]),
            found_in=frozenset(calls[phrase.id]),
        )
        for phrase in phrase_set.phrases
        if phrase.status == "published"
    )
