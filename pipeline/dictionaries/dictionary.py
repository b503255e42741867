"""The dictionary in the store, as the night, the commands and the pages use it: checked before it moves on."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from phrases.confusion import confusions
from phrases.entry import Phrase, PhraseSet, Word
from phrases.files import load_starter
from phrases.japanese import Japanese
from phrases.lint import lint, lint_entry
from phrases.loaded import Loaded
from phrases.messages import PhraseError, Problem
from phrases.words import word_problems
from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.progress import SILENT, Progress
from pipeline.settings import Settings
from pipeline.store import dictionary, drafts, offers, publishing, words
from pipeline.store.connect import Connection, Store
from pipeline.store.dictionary import Fields, Items, Key, Publication
from pipeline.store.drafts import Draft
from pipeline.store.migrate import open_store
from pipeline.text.dictionary import BadDictionary
from pipeline.text.meaning import encoder_for

Wanted = dict[Key, Fields | None]
ROW_RESULTS = {  # what becomes of a row of an imported file
    "new": Text("新規", "new"),
    "changed": Text("変更", "changed"),
    "unchanged": Text("変更なし", "unchanged"),
    "removed": Text("削除", "removed"),
    "elsewhere": Text("ほかで変更済み(そのまま)", "changed by others since, left alone"),
}


@contextmanager
def dictionary_store(settings: Settings) -> Iterator[Store]:
    """The store with a dictionary in it: at first use the one that ships with the product."""
    store = open_store(settings.store_url)
    try:
        seed(store)
        yield store
    finally:
        store.close()


def has_store(settings: Settings) -> bool:
    """Whether there is a store yet; a database server counts as one."""
    prefix = "sqlite:///"
    return not settings.store_url.startswith(prefix) or Path(settings.store_url.removeprefix(prefix)).exists()


def seed(store: Store) -> None:
    """Publish the starter dictionary in a store that has none."""
    with store.reading() as connection:
        seeded = dictionary.is_seeded(connection)
    if not seeded:
        with store.writing() as connection:
            dictionary.seed(connection, load_starter())


def published_dictionary(store: Store) -> PhraseSet:
    """The dictionary in force; seeds a store that has none."""
    seed(store)
    with store.reading() as connection:
        return dictionary.read_version(connection, dictionary.published(connection).version)


def registered_words(store: Store) -> tuple[Word, ...]:
    """The word list in force; none in a store without a dictionary."""
    with store.reading() as connection:
        return words.read_words(connection) if dictionary.is_seeded(connection) else ()


def draft_of(connection: Connection, actor: str, draft_id: int | None) -> Draft:
    """The named draft, else the person's own newest one that can be edited. Raises `BadInput` where there is none."""
    if draft_id is not None:
        return drafts.read_draft(connection, draft_id)
    draft = drafts.own_draft(connection, actor)
    if draft is None:
        raise BadInput(
            Text("編集中の下書きがありません。", "You have no draft."),
            remedy=Text(
                "kouken phrases import で作るか、--draft で番号を指定してください。",
                "Make one with kouken phrases import, or name one with --draft.",
            ),
        )
    return draft


def check_entry(phrase: Phrase, phrase_set: PhraseSet, japanese: Japanese) -> tuple[Problem, ...]:
    """What `check` would say of one entry among the others, while it is being written."""
    encode = encoder_for(phrase_set.of((phrase,)))
    return (*lint_entry(phrase, phrase_set, japanese, encode), *confusions(phrase, phrase_set.words, japanese))


@dataclass(frozen=True, slots=True)
class Checked:
    """A dictionary that may be used, with what its editors should look at once more."""

    phrase_set: PhraseSet
    warnings: tuple[Problem, ...]


def check(store: Store, draft_id: int) -> Checked:
    """The dictionary as the draft would make it, linted whole. Raises `BadDictionary` with every error."""
    with store.reading() as connection:
        draft = drafts.read_draft(connection, draft_id)
        phrase_set = drafts.merged(connection, draft)
    names = word_problems((word.surface, word) for word in phrase_set.names)
    japanese = Japanese()
    problems = (*names, *lint(phrase_set, japanese, encoder_for(phrase_set)))
    errors = tuple(problem for problem in problems if problem.is_error)
    if errors:
        raise BadDictionary(PhraseError(errors))
    touched = {change.name for change in draft.changes if change.kind == "phrase"}
    changed = [phrase for phrase in phrase_set.phrases if phrase.id in touched]
    dangers = [danger for phrase in changed for danger in confusions(phrase, phrase_set.words, japanese)]
    return Checked(phrase_set, (*(problem for problem in problems if problem.place in touched), *dangers))


def submit(store: Store, draft_id: int, actor: str, via: str, checked: Checked | None = None) -> Draft:
    """Check a draft (unless that was just done) and ask for review. Raises `BadDictionary`, `Conflict`, `BadInput`."""
    checked = checked or check(store, draft_id)
    with store.writing() as connection:
        return publishing.submit(connection, draft_id, actor, checked.phrase_set.version, via)


def publish(store: Store, draft_id: int, actor: str, via: str) -> Publication:
    """Check an approved draft once more and put it in force. Raises `NotAllowed`, `BadDictionary`, `Conflict`."""
    with store.reading() as connection:
        approved = drafts.read_draft(connection, draft_id).state == "approved"
    version = check(store, draft_id).phrase_set.version if approved else ""
    with store.writing() as connection:
        return publishing.publish(connection, draft_id, actor, version, via)


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one entry or list of an imported file: new, changed, unchanged, removed, elsewhere.

    `elsewhere`: the file holds the text that it was exported with, and somebody has changed it since; that stays.
    """

    kind: str
    name: str
    result: str

    @property
    def text(self) -> Text:
        """What became of it, in words."""
        return ROW_RESULTS[self.result]


@dataclass(frozen=True, slots=True)
class Imported:
    """A file taken into a draft; `draft` is None for a preview and where the file changes nothing.

    `warnings`: what the editors should look at once more in the entries that the file changes.
    """

    draft: Draft | None
    rows: tuple[Row, ...]
    based_on: str
    base_known: bool
    warnings: tuple[Problem, ...] = ()

    @property
    def counts(self) -> tuple[tuple[Text, int], ...]:
        """How many rows of each kind there are, where there are any."""
        found = Counter(row.result for row in self.rows)
        return tuple((text, found[code]) for code, text in ROW_RESULTS.items() if found[code])


@dataclass(frozen=True, slots=True)
class Import:
    """A file and how to take it in. `based_on`: the version it was made from, where the file does not say or errs.

    `complete`: entries that the file does not have are to be removed.
    """

    file: Loaded
    based_on: str = ""
    complete: bool = False
    draft_id: int | None = None
    shared: bool = False
    title: str = ""
    dry_run: bool = False

    @property
    def base(self) -> str:
        """The version that the file was made from; empty if unknown."""
        return self.based_on or self.file.version


READING = Text("書き方を確かめています", "Reading the entries")
TRYING = Text("例文を試しています", "Trying the examples")
WRITING = Text("下書きに書いています", "Writing into the draft")
NOT_TAKEN = Text(
    "何も取り込みませんでした。誤りを直して、もう一度取り込んでください",
    "Nothing was taken in. Mend what is wrong and import again",
)


def changed_entries(store: Store, given: Import) -> int:
    """How many entries `take_in` would have to look at: those that the file adds or changes."""
    with store.reading() as connection:
        in_force = dictionary.published(connection).version
        base = dictionary.read_items(connection, given.base or in_force)
    return len(_changed(_compared(given, base, base)[0]))


def take_in(store: Store, given: Import, actor: str, via: str, progress: Progress = SILENT) -> Imported:
    """Bring the changes of a file into a draft, all or nothing.

    Raises `BadDictionary` with everything that is wrong with any row, `Conflict` where somebody else changed an item.
    """
    with store.reading() as connection:
        in_force = dictionary.published(connection).version
        base = dictionary.read_items(connection, given.base or in_force)
        current = dictionary.read_items(connection, in_force)
        own = _open_draft(connection, given, actor)
        around = drafts.merged_items(connection, drafts.read_draft(connection, own)) if own else current
    wanted, rows = _compared(given, base, current)
    warnings = _refuse_errors(given.file, around, wanted, progress)
    draft = None
    if wanted and not given.dry_run:
        progress.stage(WRITING, 0)
        with store.writing() as connection:
            draft_id = own or drafts.open_draft(connection, actor, given.title, shared=given.shared)
            draft = drafts.save(connection, draft_id, actor, wanted, base, via)
    return Imported(draft, rows, given.base or in_force, bool(given.base), warnings)


def _refuse_errors(file: Loaded, around: Items, wanted: Wanted, progress: Progress) -> tuple[Problem, ...]:
    """What lint warns of in the entries that a file changes among the others. Raises `BadDictionary` for any error."""
    phrase_set = dictionary.phrase_set_of({k: fields for k, fields in (around | wanted).items() if fields is not None})
    changed = _changed(wanted)
    looked = _looks_told(progress, len(changed))
    found = file.with_found(lint(phrase_set, Japanese(), encoder_for(phrase_set), changed, looked) if changed else ())
    if any(problem.is_error for problem in found):
        raise BadDictionary(PhraseError(found), NOT_TAKEN)
    return found


def _changed(wanted: Wanted) -> set[str]:
    """The entries that are added or changed."""
    return {name for (kind, name), fields in wanted.items() if kind == "phrase" and fields is not None}


def _looks_told(progress: Progress, entries: int) -> Callable[[], None]:
    """What `lint` calls as it goes twice through so many entries."""
    progress.stage(READING, entries)
    seen = 0

    def tell() -> None:
        nonlocal seen
        if seen == entries:
            progress.stage(TRYING, entries)
        seen += 1
        progress.step("")

    return tell


def take_starter(store: Store, given: Import, actor: str, via: str) -> Imported:
    """Bring what the starter dictionary of this release adds into a draft; see `offers.starter_offer`."""
    starter = given.file.phrase_set
    with store.reading() as connection:
        offer = offers.starter_offer(connection, starter)
        current = dictionary.read_items(connection, dictionary.published(connection).version)
        own = _open_draft(connection, given, actor)
    rows = _offered(offer, current)
    draft = None
    if offer and not given.dry_run:
        with store.writing() as connection:
            draft_id = own or drafts.open_draft(connection, actor, given.title, shared=given.shared)
            draft = offers.take_starter(connection, draft_id, actor, starter, via)
    return Imported(draft, rows, starter.version, base_known=True)


def starter_rows(connection: Connection) -> tuple[Row, ...]:
    """What `take_starter` would take in now."""
    current = dictionary.read_items(connection, dictionary.published(connection).version)
    return _offered(offers.starter_offer(connection, load_starter()), current)


def _offered(offer: Items, current: Items) -> tuple[Row, ...]:
    return tuple(Row(*key, "changed" if key in current else "new") for key in sorted(offer))


def _open_draft(connection: Connection, given: Import, actor: str) -> int | None:
    """The draft that a file goes into; None: a new one."""
    if given.draft_id is not None:
        return given.draft_id
    own = None if given.shared else drafts.own_draft(connection, actor)
    return own.draft_id if own else None


def _compared(given: Import, base: Items, current: Items) -> tuple[Wanted, tuple[Row, ...]]:
    """What the file changes of what it was made from, and a row for each of its items."""
    wanted: Wanted = {}
    rows: list[Row] = []
    items = dictionary.items_of(given.file.phrase_set)
    for key, fields in items.items():
        if fields != base.get(key):
            wanted[key] = fields
            rows.append(Row(*key, "changed" if key in current else "new"))
        else:
            rows.append(Row(*key, "unchanged" if fields == current.get(key) else "elsewhere"))
    if given.complete:
        for key in sorted(base.keys() - items.keys()):
            if key[0] in ("phrase", "list"):
                wanted[key] = None
                rows.append(Row(*key, "removed"))
    return wanted, tuple(rows)
