"""A dictionary from a file into a draft: what becomes of every row is shown, and one bad row refuses the file."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import Response

from api.access import Visitor, VisitorDep
from api.deps import PagesDep
from api.desk import VIA, DictionaryDep, Where, editable_drafts, writable
from api.pages import Pages
from api.received import received
from phrases.files import load_starter
from phrases.loaded import Loaded
from phrases.messages import Problem
from pipeline.dictionaries import dictionary
from pipeline.dictionaries.dictionary import ROW_RESULTS, Import, Imported, starter_rows
from pipeline.errors import BadInput, KoukenError
from pipeline.language import Text
from pipeline.store.conflict import Conflict
from pipeline.store.connect import Store
from pipeline.text.dictionary import SUFFIXES, BadDictionary, read_dictionary

pages = APIRouter()
api = APIRouter()

Flag = Annotated[str, Form(max_length=3)]
Title = Annotated[str, Form(max_length=100)]
NOT_A_TABLE = Text(
    "Excel(.xlsx)、CSV(.csv)、YAML(.yaml)のファイルを選んでください。", "Choose an .xlsx, .csv or .yaml file."
)


@pages.get("/dictionary/import")
def show_import(request: Request, pages: PagesDep, store: DictionaryDep, visitor: VisitorDep) -> Response:
    """The form, and what this release of the product brings."""
    return _page(request, pages, store, visitor)


@pages.post("/dictionary/import")
def take_in(
    request: Request,
    pages: PagesDep,
    store: DictionaryDep,
    visitor: VisitorDep,
    file: Annotated[UploadFile, File()],
    where: Where = "new",
    title: Title = "",
    complete: Flag = "",
    preview: Flag = "",
) -> Response:
    """Look what would become of the rows, or take them in."""
    try:
        with received(request, visitor, file, _suffix(file), "dictionary") as path:
            read = read_dictionary(path)
        draft_id, shared = _given(store, visitor, where)
        given = Import(read, "", complete == "yes", draft_id, shared, title.strip(), preview == "yes")
        imported = dictionary.take_in(store, given, visitor.user.name, VIA)
    except BadInput as error:
        return _page(request, pages, store, visitor, error=error)
    return _page(request, pages, store, visitor, imported=imported)


@pages.post("/dictionary/import/starter")
def take_starter(
    request: Request, pages: PagesDep, store: DictionaryDep, visitor: VisitorDep, where: Where = "new"
) -> Response:
    """What this release adds, into a draft; what was edited or removed here is left alone."""
    try:
        given = Import(Loaded(load_starter()), "", False, *_given(store, visitor, where))
        imported = dictionary.take_starter(store, given, visitor.user.name, VIA)
    except BadInput as error:
        return _page(request, pages, store, visitor, error=error)
    return _page(request, pages, store, visitor, imported=imported)


def _given(store: Store, visitor: Visitor, where: str) -> tuple[int | None, bool]:
    """The draft that was chosen (None: a new one), and whether a new one is everybody's."""
    if not where.isdigit():
        return None, where == "shared"
    with store.reading() as connection:
        return writable(connection, visitor, int(where)), False


def _suffix(file: UploadFile) -> str:
    """What its name says it is."""
    suffix = Path(file.filename or "").suffix.lower()
    if suffix not in SUFFIXES:
        raise BadInput(NOT_A_TABLE)
    return suffix


def _page(
    request: Request,
    pages: Pages,
    store: Store,
    visitor: Visitor,
    *,
    imported: Imported | None = None,
    error: KoukenError | None = None,
) -> Response:
    with store.reading() as connection:
        open_to = editable_drafts(connection, visitor)
        offered = starter_rows(connection)
    problems: tuple[Problem, ...] = error.problems if isinstance(error, BadDictionary) else ()
    return pages.render(
        request,
        "dictionary/import.html",
        status=422 if error else 200,
        section="dictionary",
        part="import",
        drafts=open_to,
        offered=offered,
        imported=imported,
        counts={code: sum(row.result == code for row in imported.rows) for code in ROW_RESULTS} if imported else {},
        results=ROW_RESULTS,
        error=error,
        problems=problems,
        clashes=error.clashes if isinstance(error, Conflict) else (),
    )
