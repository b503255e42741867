"""What the pages ask of the dictionary that takes longer than a page may: each runs in a process of its own.

Every function is the one behind a command of `kouken phrases`, given the settings, a progress and plain arguments.
"""

from dataclasses import dataclass, replace

from phrases.entry import Phrase, PhraseSet, Word
from phrases.history import A_SECOND
from phrases.messages import Problem
from pipeline.dictionaries import dictionary
from pipeline.dictionaries.dictionary import Import, Imported, dictionary_store, published_dictionary
from pipeline.dictionaries.phrase_discovery import Discovery, discover_stored
from pipeline.dictionaries.phrase_trials import Effect, Trial, compare_stored, try_stored
from pipeline.dictionaries.word_list import put_words
from pipeline.progress import Progress
from pipeline.settings import Settings
from pipeline.store import drafts
from pipeline.store.connect import Store
from pipeline.store.dictionary import Publication, read_version
from pipeline.store.drafts import Draft
from pipeline.text.dictionary import BadDictionary

VIA = "web"


@dataclass(frozen=True, slots=True)
class Review:
    """What a second person is shown of a draft. With errors nothing else is told: it cannot be used."""

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()
    reach: tuple[Trial, ...] = ()
    effect: Effect | None = None


def written_in(draft: Draft) -> list[str]:
    """The entries that a draft adds or changes."""
    return [change.name for change in draft.changes if change.kind == "phrase" and change.now is not None]


def try_entry(
    settings: Settings, progress: Progress, phrase: Phrase, draft_id: int | None, exact: bool = False
) -> Trial:
    """An entry as it is being written, on every stored call, with the lists and names of its draft.

    Unless `exact`, what is said very often is estimated, and says so.
    """
    with dictionary_store(settings) as store:
        around = _dictionary_around(store, draft_id)
        entry = replace(phrase, status="published")
        (trial,) = try_stored(store, around.of((entry,)), progress=progress, most_work=None if exact else A_SECOND)
        return trial


def _dictionary_around(store: Store, draft_id: int | None) -> PhraseSet:
    if draft_id is None:
        return published_dictionary(store)
    with store.reading() as connection:
        return drafts.merged(connection, drafts.read_draft(connection, draft_id))


def review_draft(settings: Settings, progress: Progress, draft_id: int) -> Review:
    """Lint, how far the changed entries reach, and what the draft changes in calls and scores."""
    with dictionary_store(settings) as store:
        try:
            checked = dictionary.check(store, draft_id)
        except BadDictionary as error:
            return Review(errors=error.problems)
        with store.reading() as connection:
            draft = drafts.read_draft(connection, draft_id)
        reach = try_stored(store, checked.phrase_set, written_in(draft), progress)
        before = published_dictionary(store)
        effect = compare_stored(store, before, checked.phrase_set, settings.moments, progress)
    return Review((), checked.warnings, reach, effect)


def compare_versions(settings: Settings, progress: Progress, old: str, new: str) -> Effect:
    """What came and went between two published dictionaries, over every stored call."""
    with dictionary_store(settings) as store:
        with store.reading() as connection:
            before, after = read_version(connection, old), read_version(connection, new)
        return compare_stored(store, before, after, settings.moments, progress)


def find_candidates(settings: Settings, progress: Progress) -> Discovery | None:
    """Expressions that go with good calls and that the dictionary does not know; None before the first night."""
    with dictionary_store(settings) as store:
        return discover_stored(store, published_dictionary(store), progress)


def take_in_file(settings: Settings, progress: Progress, given: Import, actor: str) -> Imported:
    """Bring the changes of a file into a draft, or look what would become of its rows."""
    with dictionary_store(settings) as store:
        return dictionary.take_in(store, given, actor, VIA, progress)


def take_in_words(
    settings: Settings, progress: Progress, given: tuple[Word, ...], actor: str, draft_id: int | None, shared: bool
) -> Draft:
    """A whole word list into a draft."""
    progress.stage(dictionary.WRITING, 0)
    with dictionary_store(settings) as store:
        return put_words(store, given, actor, VIA, draft_id, shared=shared)


def submit_draft(settings: Settings, progress: Progress, draft_id: int, actor: str) -> Draft:
    """Check the whole dictionary with the draft in it, and ask for review."""
    with dictionary_store(settings) as store:
        return dictionary.submit(store, draft_id, actor, VIA)


def publish_draft(settings: Settings, progress: Progress, draft_id: int, actor: str) -> Publication:
    """Check once more and put an approved draft in force."""
    with dictionary_store(settings) as store:
        return dictionary.publish(store, draft_id, actor, VIA)
