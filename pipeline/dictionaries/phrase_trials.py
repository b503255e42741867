"""Dictionaries tried on every stored call: what an entry finds, what an edit changes, and what that does to the scores.

Calls are those of the last night's report, read as it pinned them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.scoring import Tally
from phrases.archive import Archive
from phrases.diff import Changes, HitDiff, changes, diff_hits
from phrases.entry import PhraseSet
from phrases.history import Tried, try_on_history
from phrases.matcher import Hit, Matcher
from phrases.meaning import Encode
from phrases.messages import PhraseError
from phrases.packing import PackedCall, forms_version
from phrases.search import ArchiveHit
from pipeline.dictionaries.exposed_contracts import ExposedContracts, exposed_contracts
from pipeline.dictionaries.score_changes import ScoreChange, score_changes
from pipeline.language import Text
from pipeline.nights.scoring import tally_call
from pipeline.progress import SILENT, Progress
from pipeline.settings import MomentsSettings
from pipeline.store import transcripts
from pipeline.store.connect import Connection, Store
from pipeline.store.dictionary import list_publications, read_version
from pipeline.store.forms import read_forms
from pipeline.store.pages import Pins
from pipeline.store.reports import latest_report
from pipeline.store.scores import TaggedCall, each_tally
from pipeline.store.trials import StoredCall, joined_terms, stored_calls
from pipeline.text.dictionary import NOT_TRIED, BadDictionary
from pipeline.text.meaning import encoder_for
from pipeline.text.tagger import Tagger, load_tagger
from pipeline.text.tagging import forms_of

CONTEXT = 40  # characters shown on each side of a hit
MOST_EXAMPLES = 20  # of what an edit gains, and of what it loses
MOST_REREAD = 2_000  # calls that are decided anew for the change in scores; more would take minutes
READING = Text("通話を読み込んでいます", "Reading the calls")
SEARCHING = Text("当たりを探しています", "Looking for hits")
DECIDING = Text("点数を数え直しています", "Counting scores anew")

WHY_UNSCORED = {
    "no_calls": Text("保存された通話がまだありません。", "There are no stored calls yet."),
    "other_rules": Text(
        "前の夜と判定の決まりが違うため、点数の変化は次の夜のあとに出せます。",
        "The rules differ from those of the last night; the change in scores can be told after the next one.",
    ),
    "unknown_dictionary": Text(
        "前の夜の辞書がこのデータベースにないため、点数の変化は出せません。",
        "The dictionary of the last night is not in this store; the change in scores cannot be told.",
    ),
    "too_many": Text(
        "当たりの変わる通話が多すぎるため、点数の変化は公開後の夜にわかります。",
        "Hits change in so many calls that the change in scores is known after the night only.",
    ),
}


@dataclass(frozen=True)
class History:
    """Every stored call ready for searching; `calls` by the key that the archive knows them by."""

    archive: Archive
    calls: Mapping[str, StoredCall]
    pins: Pins | None

    def people(self, hits: Iterable[ArchiveHit]) -> set[str]:
        """The operators in whose calls these hits are."""
        operators = (self.calls[hit.call_id].operator_id for hit in hits)
        return {operator for operator in operators if operator is not None}

    def calls_of(self, hits: Iterable[ArchiveHit]) -> set[str]:
        """The ids of the calls that these hits are in; a call of two recordings is one."""
        return {self.calls[hit.call_id].call_id for hit in hits}


@dataclass(frozen=True, slots=True)
class Example:
    """A hit as a person reads it: the first stretch of it with what stands around it in its utterance."""

    call_id: str
    utterance: int
    before: str
    found: str
    after: str
    phrase_id: str
    level: str


@dataclass(frozen=True, slots=True)
class Trial:
    """One entry over all stored calls; `operators` in whose calls it is found, of a sample at least so many."""

    tried: Tried
    operators: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """Hits that an edit gains or loses."""

    hits: int
    calls: int
    operators: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What an edit does. `scores` is None where it was not worked out, and `why_unscored` says why; `contracts` then
    is empty.
    """

    entries: Changes
    gained: Side
    lost: Side
    scores: tuple[ScoreChange, ...] | None
    why_unscored: str | None = None  # no_calls, other_rules, unknown_dictionary, too_many
    contracts: tuple[ExposedContracts, ...] = ()


def read_history(store: Store, matcher: Matcher, progress: Progress = SILENT) -> History:
    """The calls of the last report; none before the first night."""
    archive, calls = Archive(), {}
    with store.reading() as connection:
        body = latest_report(connection)
        if body is None:
            return History(archive, {}, None)
        pins = Pins.of_report(body)
        stored = stored_calls(connection, pins)
        progress.stage(READING, len(stored))
        for call in stored:
            key = str(call.transcript_id)
            archive.add_packed(key, _packed(connection, call, matcher))
            calls[key] = call
            progress.step(call.call_id)
    return History(archive, calls, pins)


def _packed(connection: Connection, call: StoredCall, matcher: Matcher) -> PackedCall:
    """The forms that the night kept; of a call tagged before forms were kept, made now."""
    kept = read_forms(connection, call.transcript_id, forms_version())
    if kept is not None:
        return PackedCall.from_bytes(kept)
    return forms_of(transcripts.read_transcript(connection, call.transcript_id, call.call_id), matcher)


def try_stored(
    store: Store,
    phrase_set: PhraseSet,
    wanted: Iterable[str] | None = None,
    progress: Progress = SILENT,
    most_work: int | None = None,
) -> tuple[Trial, ...]:
    """Entries tried on every stored call: `wanted` ones, else all published. Raises `BadDictionary`.

    With `most_work` an entry that is said very often is estimated (see phrases/history.py), and says so.
    """
    names = None if wanted is None else set(wanted)
    chosen = tuple(phrase for phrase in phrase_set.phrases if names is None or phrase.id in names)
    asked = phrase_set.of(chosen)
    encode = encoder_for(asked)
    matcher = _matcher(asked, encode)
    history = read_history(store, matcher, progress)
    progress.stage(SEARCHING, len(chosen))
    trials = []
    with store.reading() as connection:
        for tried in try_on_history(history.archive, asked, matcher.japanese, encode, most_work):
            people = len({history.calls[key].operator_id for key in tried.found_in} - {None})
            trials.append(Trial(tried, people, tuple(_examples(connection, history, tried.examples))))
            progress.step(tried.phrase_id)
    return tuple(trials)


def compare_stored(
    store: Store,
    old: PhraseSet,
    new: PhraseSet,
    settings: MomentsSettings | None = None,
    progress: Progress = SILENT,
) -> Effect:
    """What an edit changes over all stored calls. Raises `BadDictionary`."""
    tagger = _tagger(new, settings)
    history = read_history(store, tagger.matcher, progress)
    progress.stage(SEARCHING, 0)
    found = _moved(history, old, new, tagger)
    with store.reading() as connection:
        gained, lost = (_side(connection, history, hits) for hits in (found.gained, found.lost))
        after, why = _recounted(connection, history, tagger, new, progress)
        if after is None or history.pins is None:
            return Effect(changes(old, new), gained, lost, None, why)
        counted = list(_counted(connection, history.pins, after))
        told = tuple(score_changes(counted, {call.tagging_id: call.operator_id for call in history.calls.values()}))
        moved = exposed_contracts(
            joined_terms(connection, history.pins), ((call.call_id, was, now) for call, was, now in counted)
        )
    return Effect(changes(old, new), gained, lost, told, None, moved)


def _matcher(phrase_set: PhraseSet, encode: Encode | None) -> Matcher:
    try:
        return Matcher(phrase_set, encode=encode)
    except PhraseError as error:
        raise BadDictionary(error, NOT_TRIED) from None


def _tagger(phrase_set: PhraseSet, settings: MomentsSettings | None) -> Tagger:
    try:
        return load_tagger(phrase_set, settings)
    except PhraseError as error:
        raise BadDictionary(error) from None


def _moved(history: History, old: PhraseSet, new: PhraseSet, tagger: Tagger) -> HitDiff:
    encode = encoder_for(new) or encoder_for(old)
    return diff_hits(history.archive, old, new, tagger.matcher.japanese, encode)


def _side(connection: Connection, history: History, hits: Sequence[ArchiveHit]) -> Side:
    examples = tuple(_examples(connection, history, hits[:MOST_EXAMPLES]))
    return Side(len(hits), len(history.calls_of(hits)), len(history.people(hits)), examples)


def _examples(connection: Connection, history: History, hits: Iterable[ArchiveHit]) -> Iterator[Example]:
    for found in hits:
        call = history.calls[found.call_id]
        transcript = transcripts.read_transcript(connection, call.transcript_id, call.call_id)
        yield example_of(call.call_id, [utterance.text for utterance in transcript.utterances], found.hit)


def example_of(call_id: str, texts: Sequence[str], hit: Hit) -> Example:
    """A hit with what stands around it. `texts` are the utterances of the call."""
    first = hit.spans[0]
    text = texts[first.line]
    before, after = text[max(first.start - CONTEXT, 0) : first.start], text[first.end : first.end + CONTEXT]
    found = text[first.start : first.end]
    return Example(call_id, first.line, before, found, after, hit.phrase_id, hit.level)


def _recounted(
    connection: Connection, history: History, tagger: Tagger, new: PhraseSet, progress: Progress
) -> tuple[Mapping[int, Tally] | None, str | None]:
    """What the last night would have counted with the new dictionary, by tagging; else why that cannot be told.

    Only calls in which a hit comes or goes are decided anew; the dictionary of that night is found by its version.
    """
    pins = history.pins
    if pins is None or not history.calls:
        return None, "no_calls"
    if pins.tagging.rules_version != tagger.rules_version:
        return None, "other_rules"
    base = _dictionary_of(connection, pins)
    if base is None:
        return None, "unknown_dictionary"
    moved = _moved(history, base, new, tagger)
    affected = {hit.call_id for hit in (*moved.gained, *moved.lost)}
    if len(affected) > MOST_REREAD:
        return None, "too_many"
    progress.stage(DECIDING, len(affected))
    after = {}
    for key in affected:
        after[history.calls[key].tagging_id] = _retold(connection, history.calls[key], tagger)
        progress.step(history.calls[key].call_id)
    return after, None


def _dictionary_of(connection: Connection, pins: Pins) -> PhraseSet | None:
    version = pins.tagging.dictionary_version
    known = {publication.version for publication in list_publications(connection)}
    return read_version(connection, version) if version in known else None


def _retold(connection: Connection, call: StoredCall, tagger: Tagger) -> Tally:
    transcript = transcripts.read_transcript(connection, call.transcript_id, call.call_id)
    tags, moments = tagger.reread(transcript, transcripts.read_tags(connection, call.tagging_id))
    return tally_call(transcript, tags, moments)


def _counted(
    connection: Connection, pins: Pins, after: Mapping[int, Tally]
) -> Iterator[tuple[TaggedCall, Tally, Tally]]:
    """Every call with what was counted in it and what would be."""
    for call, tally in each_tally(connection, pins.speech, pins.tagging, pins.formula):
        yield call, tally, after.get(call.tagging_id, tally)
