"""The word list 単語登録: names with their readings, changed in a draft, like entries."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from api.access import Visitor, VisitorDep, note
from api.deps import PagesDep, SettingsDep
from api.desk import VIA, DictionaryDep, JobsDep, Where, chosen_draft, draft_to_write, editable_drafts, refused
from api.pages import Pages
from api.received import received
from api.refused import told_of_error
from api.working import Work, begin
from phrases.entry import Word
from phrases.messages import PhraseError
from phrases.words import to_csv
from pipeline.dictionaries import dictionary_work
from pipeline.dictionaries.word_list import read_word_file
from pipeline.errors import BadInput
from pipeline.progress import SILENT
from pipeline.store import dictionary, words
from pipeline.store.conflict import Conflict
from pipeline.store.connect import Connection, Store
from pipeline.store.dictionary import hash_of, texts
from pipeline.text.dictionary import BadDictionary

pages = APIRouter()
api = APIRouter()

Short = Annotated[str, Form(max_length=300)]
Long = Annotated[str, Form(max_length=20_000)]
Flag = Annotated[str, Form(max_length=3)]
AT_ONCE = 500  # names that are written before the page answers: about half a second


@pages.get("/dictionary/words")
def show_words(request: Request, pages: PagesDep, store: DictionaryDep, visitor: VisitorDep) -> Response:
    """The names in force, with their readings and what is heard instead."""
    return _words_page(request, pages, store, visitor)


@pages.get("/dictionary/words.csv")
def download_words(store: DictionaryDep, visitor: VisitorDep) -> Response:
    """The list as a file that can be changed and taken in again."""
    with store.reading() as connection:
        found = words.read_words(connection)
    note(visitor, "export.words", "words", {"words": len(found)})
    headers = {"Content-Disposition": 'attachment; filename="kouken-words.csv"'}
    return Response(to_csv(found), media_type="text/csv; charset=utf-8", headers=headers)


@pages.post("/dictionary/words")
def change_word(
    request: Request,
    pages: PagesDep,
    store: DictionaryDep,
    visitor: VisitorDep,
    surface: Short = "",
    readings: Long = "",
    misheard: Long = "",
    before: Short = "",
    seen: Short = "",
    remove: Flag = "",
    where: Where = "new",
) -> Response:
    """Add a name, change one (`before` is what it was called) or remove it, in a draft. `seen` names the text that the
    editing began with.
    """
    typed = Word(surface.strip(), _lines(readings), _lines(misheard))
    wanted: dict[str, Word | None] = {before: None} if before else {}
    if remove != "yes":
        wanted[typed.surface] = typed

    def change(connection: Connection) -> int:
        draft_id = draft_to_write(connection, visitor, where)
        began_with = texts(connection, {seen}).get(seen) if seen else None
        words.save_words(connection, draft_id, visitor.user.name, wanted, {before: began_with} if before else {}, VIA)
        return draft_id

    return _changed(request, pages, store, visitor, change)


@pages.post("/dictionary/words/file")
def take_file(
    request: Request,
    pages: PagesDep,
    store: DictionaryDep,
    visitor: VisitorDep,
    settings: SettingsDep,
    jobs: JobsDep,
    file: Annotated[UploadFile, File()],
    preview: Flag = "",
    where: Where = "new",
) -> Response:
    """A file as the whole list: look what would change, or put that into a draft."""
    name = Path(file.filename or "").name.lower()
    suffix = ".yaml" if name.endswith((".yaml", ".yml")) else ".csv"

    try:
        with received(request, visitor, file, suffix, "words") as path:
            given = read_word_file(path)
    except BadInput as error:
        return _words_page(request, pages, store, visitor, error=error)
    with store.reading() as connection:
        found = words.preview_words(connection, given)
    if preview == "yes" or found.is_empty:
        return _words_page(request, pages, store, visitor, previewed=found)
    arguments = (given, visitor.user.name, *chosen_draft(store, visitor, where))
    if len(given) > AT_ONCE:
        return begin(request, pages, jobs, visitor, Work("words", dictionary_work.take_in_words, arguments, {}))
    try:
        with refused(Conflict, BadDictionary):
            draft = dictionary_work.take_in_words(settings, SILENT, *arguments)
    except (BadDictionary, Conflict) as error:
        return _words_page(request, pages, store, visitor, error=error)
    return RedirectResponse(f"/dictionary/drafts/{draft.draft_id}", status_code=303)


def _changed(
    request: Request, pages: Pages, store: Store, visitor: Visitor, change: Callable[[Connection], int]
) -> Response:
    try:
        with refused(Conflict), store.writing() as connection:
            draft_id = change(connection)
    except PhraseError as error:
        return _words_page(request, pages, store, visitor, error=BadDictionary(error))
    except Conflict as error:
        return _words_page(request, pages, store, visitor, error=error)
    return RedirectResponse(f"/dictionary/drafts/{draft_id}", status_code=303)


def _words_page(
    request: Request,
    pages: Pages,
    store: Store,
    visitor: Visitor,
    *,
    error: BadInput | None = None,
    previewed: words.WordsChange | None = None,
) -> Response:
    with store.reading() as connection:
        items = dictionary.read_items(connection, dictionary.published(connection).version)
        open_to = editable_drafts(connection, visitor)
    return pages.render(
        request,
        "dictionary/words.html",
        status=409 if isinstance(error, Conflict) else 422 if error else 200,
        section="dictionary",
        part="words",
        found=words.words_in(items),
        hashes={name: hash_of(fields) for (kind, name), fields in items.items() if kind == "word"},
        drafts=open_to,
        error=error,
        told=told_of_error(request, visitor, error),
        previewed=previewed,
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.replace("、", "\n").splitlines() if line.strip())
