"""The phrase dictionary to look at: its entries, each with its hits, its files, and the same as JSON."""

from pathlib import Path as File
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.access import VisitorDep, note
from api.charts import Scale
from api.deps import NewestDep, PagesDep
from api.desk import NO_DRAFT, NO_ENTRY, NO_VERSION, DictionaryDep, FiguresDep, found_draft
from api.policy import hears_unmasked
from phrases.entry import CATEGORIES, PhraseSet
from pipeline.dictionaries.entries import PRECISION_LIMIT, Entry, EntryFilter, matching, read_entries
from pipeline.errors import BadInput
from pipeline.store import dictionary, drafts
from pipeline.store.connect import Store
from pipeline.store.hits import StoredHit, hits_of
from pipeline.store.pages import Pins
from pipeline.text.dictionary import save_dictionary

pages = APIRouter()
api = APIRouter(tags=["dictionary"])

STATUSES = ("published", "draft", "in_review", "approved", "retired")
SHARES = Scale(0.0, 1.0)
EXAMPLES = 30
ENTRIES = 50  # on one page
Category = Literal[
    "appeal", "enablement", "proposal", "interest", "decline", "churn_risk", "satisfaction", "complaint", ""
]
Status = Literal["published", "draft", "in_review", "approved", "retired", ""]
Name = Annotated[str, Path(max_length=200)]
Words = Annotated[str, Query(max_length=200)]
Form = Literal["xlsx", "csv", "yaml"]
MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "yaml": "application/yaml; charset=utf-8",
}


def _asked(
    category: Category = "", status: Status = "", owner: Words = "", q: Words = "", under: Literal["1", ""] = ""
) -> EntryFilter:
    return EntryFilter(category, status, owner, q.strip(), bool(under))


Asked = Annotated[EntryFilter, Depends(_asked)]


@pages.get("/dictionary", response_class=HTMLResponse)
def show_entries(
    request: Request, pages: PagesDep, store: DictionaryDep, figures: FiguresDep, asked: Asked, after: Words = ""
) -> Response:
    """The entries by id, from the one after `after` on, with how often each is found and how often rightly."""
    with store.reading() as connection:
        told = figures.of(connection)
        entries = read_entries(connection, told)
        version = dictionary.published(connection)
    fitting = matching(entries, asked)
    shown = [entry for entry in fitting if entry.phrase.id > after][: ENTRIES + 1]
    return pages.render(
        request,
        "dictionary/list.html",
        section="dictionary",
        part="list",
        version=version,
        entries=shown[:ENTRIES],
        first=sum(entry.phrase.id <= after for entry in fitting) + 1,
        more=shown[ENTRIES - 1].phrase.id if len(shown) > ENTRIES else None,
        fitting=len(fitting),
        total=len(entries),
        owners=sorted({entry.phrase.owner for entry in entries} - {""}),
        asked=asked,
        categories=CATEGORIES,
        statuses=STATUSES,
        counted=told.hits is not None,
        shares=SHARES,
        limit=PRECISION_LIMIT,
    )


@pages.get("/dictionary/entries/{entry_id:path}", response_class=HTMLResponse)
def show_entry(
    request: Request,
    pages: PagesDep,
    store: DictionaryDep,
    newest: NewestDep,
    figures: FiguresDep,
    visitor: VisitorDep,
    entry_id: Name,
) -> Response:
    """One entry: what it says, where it was found, who changed it when."""
    with store.reading() as connection:
        entry = _found(read_entries(connection, figures.of(connection)), entry_id)
        history = dictionary.list_publications(connection, name=entry_id)
        hits: list[StoredHit] = []
        if newest is not None:
            pins = Pins.of_report(newest)
            hits = hits_of(connection, pins, entry_id, visitor.reach.within, EXAMPLES)
    if not hears_unmasked(visitor.user):
        hits = [hit for hit in hits if hit.is_masked]
    if hits:
        note(visitor, "phrases.hits", entry_id, {"shown": len(hits)})
    return pages.render(
        request,
        "dictionary/entry.html",
        section="dictionary",
        part="list",
        entry=entry,
        history=history,
        hits=hits,
        body=newest,
        shares=SHARES,
        limit=PRECISION_LIMIT,
    )


@pages.get("/dictionary/export.{form}")
def export(
    store: DictionaryDep,
    visitor: VisitorDep,
    form: Form,
    version: Annotated[str, Query(max_length=16)] = "",
    draft: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> Response:
    """A dictionary as a file that can be changed and taken in again."""
    content, name = _file(store, form, version, draft)
    note(visitor, "export.dictionary", name, {"form": form})
    headers = {"Content-Disposition": f'attachment; filename="kouken-dictionary-{name}.{form}"'}
    return Response(content, media_type=MEDIA[form], headers=headers)


def _file(store: Store, form: Form, version: str, draft_id: int | None) -> tuple[bytes, str]:
    """The file, and what to call it. A draft's file names the version that it changes."""
    with store.reading() as connection:
        in_force = dictionary.published(connection).version
        if draft_id is not None:
            draft = found_draft(connection, draft_id)
            if draft.state not in drafts.OPEN_STATES:
                raise NO_DRAFT
            return _bytes(drafts.listed(connection, draft), form, in_force), f"draft-{draft_id}"
        try:
            phrase_set = dictionary.read_version(connection, version or in_force)
        except BadInput:
            raise NO_VERSION from None
    return _bytes(phrase_set, form), phrase_set.version


def _bytes(phrase_set: PhraseSet, form: Form, version: str = "") -> bytes:
    with TemporaryDirectory() as folder:
        path = File(folder) / f"dictionary.{form}"
        save_dictionary(phrase_set, path, version)
        return path.read_bytes()


def _found(entries: list[Entry], entry_id: str) -> Entry:
    for entry in entries:
        if entry.phrase.id == entry_id:
            return entry
    raise NO_ENTRY
