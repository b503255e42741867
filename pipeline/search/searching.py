"""Search in what was said: by text, by phrase of the dictionary, by moment and reaction, in the calls of a filter.

Results come call by call, latest first, one page at a time. A page looks into so many calls at most: where little is
found among many, it may be short or empty and still have a next one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.records import Speaker
from pipeline.search.spelling import Span, places_of, terms_of
from pipeline.store import calls, said, search_index
from pipeline.store.call_filter import CallFilter
from pipeline.store.calls import CallKey, ListedCall, Position
from pipeline.store.connect import Connection, Store
from pipeline.store.pages import Pins
from pipeline.store.said import Ranges, Sentence

INDEXED_AT_ONCE = 200  # transcripts: what they say in common is written once
FEW = 2_000  # transcripts that are asked for by number; beyond, it is quicker to go through the list
LISTED = (200, 1_000, 5_000)  # calls that one page looks into, step by step: mostly the first will do
READ_AT_ONCE = 100
WHOLE = 2**31 - 1  # no utterance of the call comes after it


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for. Words between blanks in `text` have to be in one utterance, whatever their order and kana."""

    calls: CallFilter
    text: str = ""
    speaker: Speaker | None = None

    @property
    def terms(self) -> tuple[str, ...]:
        """What the text asks for, as it is spelt for searching."""
        return terms_of(self.text)

    @property
    def asks_for_something(self) -> bool:
        """Whether anything is said that can be looked for."""
        return bool(self.terms) or self.calls.asks_for_moments or self.calls.phrase_id is not None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: at an utterance of a call, `WHOLE` where all of the call was seen."""

    call: Position
    utterance: int


@dataclass(frozen=True, slots=True)
class Found:
    """One utterance with its call; `spans` are the characters that matched, none where no text was asked for."""

    call: ListedCall
    sentence: Sentence
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class FoundPage:
    """Some results, and where the next ones begin; None at the end."""

    found: tuple[Found, ...]
    after: Place | None


@dataclass(frozen=True, slots=True)
class _Hit:
    call: CallKey
    utterance: int


def index_new(store: Store, stop: Callable[[], bool], on_done: Callable[[int], None] = lambda _: None) -> int:
    """Make every transcript findable that is not yet; how many. Asked to stop, it leaves the rest to the next time.

    `on_done` is told each transcript that is committed.
    """
    indexed = 0
    while not stop():
        some = _index_few(store)
        for transcript_id in some:
            on_done(transcript_id)
        indexed += len(some)
        if len(some) < INDEXED_AT_ONCE:
            break
    return indexed


def _index_few(store: Store) -> list[int]:
    """In transactions of which none is long; cut off between them, the same are begun anew the next time."""
    with store.writing_in_turn() as connection:
        some = search_index.unindexed(connection, INDEXED_AT_ONCE)
        portions = search_index.leave(connection, some)
    _change(store, portions)
    with store.writing_in_turn() as connection:
        portions = search_index.begin(connection, some)
    _change(store, portions)
    with store.writing() as connection:
        search_index.finish(connection, some)
    return some


def _change(store: Store, portions: Iterable[search_index.Portion]) -> None:
    for portion in portions:
        with store.writing_in_turn() as connection:
            search_index.change(connection, portion)


def search(store: Store, pins: Pins, wanted: Wanted, *, after: Place | None = None, limit: int = 30) -> FoundPage:
    """At most `limit` results after a place."""
    if not wanted.asks_for_something:
        return FoundPage((), None)
    hits: list[_Hit] = []
    end = None
    with store.reading() as connection:
        for step in _walk(connection, pins, wanted, after):
            if isinstance(step, Place):
                end = step
            elif len(hits) < limit:
                hits.append(step)
                continue
            else:
                end = Place(hits[-1].call.position, hits[-1].utterance)
            break
        return FoundPage(tuple(_whole(connection, pins, wanted, hits)), end)


def _walk(connection: Connection, pins: Pins, wanted: Wanted, after: Place | None) -> Iterator[_Hit | Place]:
    """The hits in order, and at last the place where enough calls were looked into, if there are more."""
    may = search_index.holding(connection, wanted.terms) if wanted.terms else None
    few = may.tolist() if may is not None and len(may) <= FEW else None
    members = set(may.tolist()) if may is not None and few is None else None
    at = None if after is None else _before(after.call)
    for size in LISTED:
        keys = calls.list_keys(connection, pins, wanted.calls, after=at, limit=size, among=few)
        chosen = [key for key in keys if members is None or key.transcript_id in members]
        for start in range(0, len(chosen), READ_AT_ONCE):
            for hit in _hits(connection, wanted, chosen[start : start + READ_AT_ONCE]):
                if after is None or hit.call.position != after.call or hit.utterance > after.utterance:
                    yield hit
        if len(keys) < size:
            return
        at = keys[-1].position
    yield Place(keys[-1].position, WHOLE)


def _before(position: Position) -> Position:
    """The place just before a call, so that what comes after it begins with that call."""
    return Position(position.started_at, position.tagging_id + 1)


def _hits(connection: Connection, wanted: Wanted, keys: Sequence[CallKey]) -> Iterator[_Hit]:
    texts = search_index.spelt_texts(connection, [key.transcript_id for key in keys]) if wanted.terms else None
    if texts is not None:
        keys = [key for key in keys if all(term in texts.get(key.transcript_id, "") for term in wanted.terms)]
    marked = _marked(connection, wanted, [key.tagging_id for key in keys])
    spoken = _spoken(connection, wanted, [key.transcript_id for key in keys])
    for key in keys:
        within = [ranges.get(key.tagging_id, []) for ranges in marked]
        lines = _holding(texts[key.transcript_id], wanted.terms) if texts is not None else _firsts(within)
        for line in lines:
            is_said = spoken is None or (key.transcript_id, line) in spoken
            if is_said and all(_lies_in(line, ranges) for ranges in within):
                yield _Hit(key, line)


def _marked(connection: Connection, wanted: Wanted, tagging_ids: Sequence[int]) -> list[Mapping[int, Ranges]]:
    """Where the hits of the phrase and the moments are, as far as they are asked for: the narrower ones first."""
    marked: list[Mapping[int, Ranges]] = []
    if wanted.calls.phrase_id is not None:
        marked.append(said.hits_of(connection, tagging_ids, wanted.calls))
    if wanted.calls.asks_for_moments:
        marked.append(said.moments_of(connection, tagging_ids, wanted.calls))
    return marked


def _spoken(connection: Connection, wanted: Wanted, transcript_ids: Sequence[int]) -> set[tuple[int, int]] | None:
    return None if wanted.speaker is None else said.lines_of(connection, transcript_ids, wanted.speaker)


def _holding(text: str, terms: Sequence[str]) -> list[int]:
    return [line for line, words in enumerate(text.split("\n")) if all(term in words for term in terms)]


def _firsts(within: Sequence[Ranges]) -> list[int]:
    return sorted({first for first, _ in within[0]})


def _lies_in(line: int, ranges: Ranges) -> bool:
    return any(first <= line <= last for first, last in ranges)


def _whole(connection: Connection, pins: Pins, wanted: Wanted, hits: Sequence[_Hit]) -> Iterator[Found]:
    listed = calls.calls_of(connection, pins, sorted({hit.call.tagging_id for hit in hits}))
    by_call: dict[CallKey, list[int]] = {}
    for hit in hits:
        by_call.setdefault(hit.call, []).append(hit.utterance)
    for key, positions in by_call.items():
        for sentence in said.read_sentences(connection, key.transcript_id, key.tagging_id, positions):
            yield Found(listed[key.tagging_id], sentence, places_of(sentence.text, wanted.terms))
