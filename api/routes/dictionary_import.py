"""A dictionary from a file into a draft: what becomes of every row is shown, and one bad row refuses the file."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import Response

from api.access import Visitor, VisitorDep
from api.deps import PagesDep
from api.desk import VIA, DictionaryDep, JobsDep, Where, chosen_draft, editable_drafts
from api.pages import Pages
from api.received import received
from api.refused import told_of, told_of_error
from api.working import Work, begin
from phrases.files import load_starter
from phrases.loaded import Loaded
from pipeline.dictionaries import dictionary, dictionary_work
from pipeline.dictionaries.dictionary import Import, Imported, starter_rows
from pipeline.errors import BadInput, KoukenError
from pipeline.language import Text
from pipeline.store.connect import Store
from pipeline.text.dictionary import SUFFIXES, read_dictionary, rows_of

pages = APIRouter()
api = APIRouter()

Flag = Annotated[str, Form(max_length=3)]
Title = Annotated[str, Form(max_length=100)]
AT_ONCE = 50  # entries that are looked at before the page answers: about a second; more is work beside the pages
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
    jobs: JobsDep,
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
        draft_id, shared = chosen_draft(store, visitor, where)
        given = Import(read, "", complete == "yes", draft_id, shared, title.strip(), preview == "yes")
        if dictionary.changed_entries(store, given) > AT_ONCE:
            work = Work("import", dictionary_work.take_in_file, (given, visitor.user.name), {})
            return begin(request, pages, jobs, visitor, work)
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
        given = Import(Loaded(load_starter()), "", False, *chosen_draft(store, visitor, where))
        imported = dictionary.take_starter(store, given, visitor.user.name, VIA)
    except BadInput as error:
        return _page(request, pages, store, visitor, error=error)
    return _page(request, pages, store, visitor, imported=imported)


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
    told = told_of_error(request, visitor, error)
    if imported:
        told = told_of(request, visitor, rows_of(imported.warnings))
    return pages.render(
        request,
        "dictionary/import.html",
        status=422 if error else 200,
        section="dictionary",
        part="import",
        drafts=open_to,
        offered=offered,
        imported=imported,
        error=error,
        told=told,
    )
