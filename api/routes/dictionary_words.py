"""The word list 単語登録: names with their readings. It is in force at once, as by `kouken load words`."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from api.access import VisitorDep, note
from api.deps import PagesDep
from api.desk import VIA, DictionaryDep
from api.pages import Pages
from phrases.entry import Word
from phrases.messages import PhraseError
from phrases.words import build_words, load_words, to_csv
from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.store import dictionary, words
from pipeline.store.connect import Connection, Store
from pipeline.text.dictionary import BadDictionary

pages = APIRouter()
api = APIRouter()

Short = Annotated[str, Form(max_length=300)]
Long = Annotated[str, Form(max_length=20_000)]
Flag = Annotated[str, Form(max_length=3)]
CHANGED = Text(
    "この画面を開いたあとに、辞書が変わりました。いまの一覧を見て、もう一度お試しください。",
    "The dictionary has changed since you opened this page. Look at the list as it is now and try again.",
)


@pages.get("/dictionary/words")
def show_words(request: Request, pages: PagesDep, store: DictionaryDep) -> Response:
    """The names in force, with their readings and what is heard instead."""
    return _words_page(request, pages, store)


@pages.get("/dictionary/words.csv")
def download_words(store: DictionaryDep, visitor: VisitorDep) -> Response:
    """The list as a file that can be changed and taken in again."""
    with store.reading() as connection:
        found = words.read_words(connection)
    note(store, visitor, "export.words", "words", {"words": len(found)})
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
) -> Response:
    """Add a name, change one (`before` is what it was called) or remove it; in force at once, for the next night."""

    def change(connection: Connection) -> None:
        if dictionary.published(connection).version != seen:
            raise BadInput(CHANGED)
        kept = [word for word in words.read_words(connection) if word.surface != before]
        rows = [(word.surface, _row(word)) for word in kept]
        if remove != "yes":
            typed = Word(surface.strip(), _lines(readings), _lines(misheard))
            rows.append((typed.surface, _row(typed)))
        words.load_words(connection, build_words(rows), visitor.user.name, "", VIA)

    return _changed(request, pages, store, change)


@pages.post("/dictionary/words/file")
def take_words(
    request: Request,
    pages: PagesDep,
    store: DictionaryDep,
    visitor: VisitorDep,
    file: Annotated[UploadFile, File()],
    preview: Flag = "",
) -> Response:
    """A file as the whole list: look what would change, or make it so."""
    name = Path(file.filename or "").name[:100]
    suffix = ".yaml" if name.lower().endswith((".yaml", ".yml")) else ".csv"

    def change(connection: Connection) -> None:
        words.load_words(connection, given, visitor.user.name, name, VIA)

    try:
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"file{suffix}"
            path.write_bytes(file.file.read())
            given = load_words(path)
    except PhraseError as error:
        return _words_page(request, pages, store, error=BadDictionary(error))
    if preview == "yes":
        with store.reading() as connection:
            return _words_page(request, pages, store, previewed=words.preview_words(connection, given))
    return _changed(request, pages, store, change)


def _changed(request: Request, pages: Pages, store: Store, change: Callable[[Connection], None]) -> Response:
    try:
        with store.writing() as connection:
            change(connection)
    except PhraseError as error:
        return _words_page(request, pages, store, error=BadDictionary(error))
    except BadInput as error:
        return _words_page(request, pages, store, error=error)
    return RedirectResponse("/dictionary/words", status_code=303)


def _words_page(
    request: Request,
    pages: Pages,
    store: Store,
    *,
    error: BadInput | None = None,
    previewed: words.WordsChange | None = None,
) -> Response:
    with store.reading() as connection:
        found = words.read_words(connection)
        version = dictionary.published(connection).version
    return pages.render(
        request,
        "dictionary/words.html",
        status=422 if error else 200,
        section="dictionary",
        part="words",
        found=found,
        version=version,
        error=error,
        problems=error.problems if isinstance(error, BadDictionary) else (),
        previewed=previewed,
    )


def _row(word: Word) -> dict[str, tuple[str, ...]]:
    return {"surface": (word.surface,) if word.surface else (), "readings": word.readings, "misheard": word.misheard}


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.replace("、", "\n").splitlines() if line.strip())
