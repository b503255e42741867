"""The dictionary as people read it: each entry with where it stands, how often it is found and how often rightly."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from phrases.entry import Phrase
from phrases.fields import phrase_from
from pipeline.store import dictionary
from pipeline.store.connect import Connection
from pipeline.store.dictionary import Items, Key, Publication
from pipeline.store.drafts import Change, Draft
from pipeline.store.entry_history import last_changes, open_drafts, state_of_store
from pipeline.store.hits import HitCount, count_hits
from pipeline.store.pages import Pins
from pipeline.store.reports import latest_report
from pipeline.store.review_figures import Precision, precisions

PRECISION_LIMIT = 0.8  # below it an entry is reported, as by `kouken reviews precision`
REST = 20  # the figures are worked out anew after this many times as long as they took


@dataclass(frozen=True, slots=True)
class Figures:
    """What stored calls and reviews say, by entry. `hits` is None before the first night."""

    hits: Mapping[str, HitCount] | None
    precisions: Mapping[str, Precision]
    changed: Mapping[Key, Publication]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `drafts` are those under way that change it; `is_new`: it is in a draft only.

    `status`: published or retired, else where the furthest of its drafts is: draft, in_review, approved.
    """

    phrase: Phrase
    status: str
    drafts: tuple[Draft, ...]
    is_new: bool
    hits: HitCount | None
    precision: Precision | None
    changed: Publication | None


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries to list; `text` is looked for in the id, the phrase, the note and the examples."""

    category: str = ""
    status: str = ""
    owner: str = ""
    text: str = ""
    under_limit: bool = False


class FigureKeeper:
    """Keeps the figures while the store stays as it is: counting a year of hits takes longer than a page may.

    While reviews pour in they are worked out anew only now and then, so that it never fills the machine.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._state: tuple[int, ...] = ()
        self._figures: Figures | None = None
        self._rest_until = 0.0

    def of(self, connection: Connection) -> Figures:
        """The figures of the store as it is, or as it was a moment ago."""
        with self._lock:
            state = state_of_store(connection)
            report_or_publication = (state[0], state[-1]) != (self._state[:1] + self._state[-1:])
            is_due = state != self._state and time.monotonic() >= self._rest_until
            if self._figures is None or report_or_publication or is_due:
                begun = time.monotonic()
                self._figures, self._state = read_figures(connection), state
                self._rest_until = time.monotonic() + REST * (time.monotonic() - begun)
            return self._figures


def read_figures(connection: Connection) -> Figures:
    """The figures from the store itself."""
    body = latest_report(connection)
    changed = last_changes(connection)
    if body is None:
        return Figures(None, {}, changed)
    pins = Pins.of_report(body)
    told = precisions(connection, pins, "hit", PRECISION_LIMIT)
    return Figures(count_hits(connection, pins), {one.stratum: one for one in told}, changed)


def read_entries(connection: Connection, figures: Figures) -> list[Entry]:
    """Every entry, published or new in a draft, by id."""
    in_force = dictionary.read_items(connection, dictionary.published(connection).version)
    moving: dict[str, list[Draft]] = {}
    for draft in open_drafts(connection):
        for change in draft.changes:
            if change.kind == "phrase":
                moving.setdefault(change.name, []).append(draft)
    names = {name for kind, name in in_force if kind == "phrase"} | moving.keys()
    return [_entry(name, in_force, moving.get(name, []), figures) for name in sorted(names)]


def matching(entries: Sequence[Entry], wanted: EntryFilter) -> list[Entry]:
    """Those that fit a filter."""
    return [entry for entry in entries if _fits(entry, wanted)]


def differences(before: Items, after: Items) -> list[Change]:
    """What differs between the texts of two versions, by kind and name."""
    keys = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    return [Change(*key, before.get(key), after.get(key), ()) for key in keys]


_FURTHEST = ("approved", "in_review", "draft")


def _entry(name: str, in_force: Items, moving: Sequence[Draft], figures: Figures) -> Entry:
    fields = in_force.get(("phrase", name))
    newest = (change.now or change.base for draft in moving for change in draft.changes if change.name == name)
    phrase = phrase_from(fields or next(text for text in newest if text is not None))
    states = {draft.state for draft in moving}
    status = next((state for state in _FURTHEST if state in states), phrase.status)
    hits = figures.hits.get(name, HitCount(0, 0, 0)) if figures.hits is not None and fields else None
    return Entry(
        phrase, status, tuple(moving), fields is None, hits,
        figures.precisions.get(name), figures.changed.get(("phrase", name)),
    )  # fmt: skip


def _fits(entry: Entry, wanted: EntryFilter) -> bool:
    phrase = entry.phrase
    said = (phrase.id, phrase.phrase, phrase.note, *phrase.examples)
    return (
        wanted.category in ("", phrase.category)
        and wanted.status in ("", entry.status)
        and wanted.owner in ("", phrase.owner)
        and (not wanted.text or any(wanted.text.casefold() in text.casefold() for text in said))
        and (not wanted.under_limit or (entry.precision is not None and entry.precision.standing == "under"))
    )
