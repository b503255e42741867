"""What was published when: every version can be compared with another one and put in force again."""

from itertools import pairwise
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.access import VisitorDep, note
from api.deps import PagesDep
from api.desk import NO_VERSION, VIA, DictionaryDep, JobsDep, refused
from api.working import Work, begin
from pipeline.dictionaries import dictionary_work
from pipeline.dictionaries.entries import differences
from pipeline.errors import BadInput
from pipeline.store import dictionary
from pipeline.store.connect import Connection
from pipeline.store.dictionary import Items

pages = APIRouter()
api = APIRouter()

PAGE = 50
VERSION = "^[0-9a-f]{16}$"
Old = Annotated[str, Query(pattern=VERSION)]
Given = Annotated[str, Form(pattern=VERSION)]


@pages.get("/dictionary/versions")
def show_versions(
    request: Request,
    pages: PagesDep,
    store: DictionaryDep,
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> Response:
    """Every publication, the newest first."""
    with store.reading() as connection:
        found = dictionary.list_publications(connection)
    listed = [one for one in found if before is None or one.number < before]
    return pages.render(
        request,
        "dictionary/versions.html",
        section="dictionary",
        part="versions",
        in_force=found[0],
        publications=listed[:PAGE],
        previous={one.number: older.version for one, older in pairwise(found)},
        more=listed[PAGE - 1].number if len(listed) > PAGE else None,
    )


@pages.get("/dictionary/versions/compare")
def compare(request: Request, pages: PagesDep, store: DictionaryDep, old: Old, new: Old) -> Response:
    """What differs in the texts of two versions; what that did to calls is worked out on request."""
    with store.reading() as connection:
        before, after = _items(connection, old), _items(connection, new)
    return pages.render(
        request,
        "dictionary/compare.html",
        section="dictionary",
        part="versions",
        old=old,
        new=new,
        changes=differences(before, after),
    )


@pages.post("/dictionary/versions/compare")
def compare_hits(
    request: Request, pages: PagesDep, store: DictionaryDep, visitor: VisitorDep, jobs: JobsDep, old: Given, new: Given
) -> Response:
    """Hits and scores under both versions, over every stored call."""
    with store.reading() as connection:
        _items(connection, old), _items(connection, new)
    note(visitor, "phrases.diff", new, {"via": VIA, "old": old})
    work = Work("compare", dictionary_work.compare_versions, (old, new), {"old": old, "new": new})
    return begin(request, pages, jobs, visitor, work)


@pages.post("/dictionary/versions/{version}/restore")
def restore(
    store: DictionaryDep,
    visitor: VisitorDep,
    version: Annotated[str, Path(max_length=16)],
    remark: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Publish an older version again: what was approved then holds from the next night on."""
    with refused(), store.writing() as connection:
        dictionary.rollback(connection, version, visitor.user.name, remark, VIA)
    return RedirectResponse("/dictionary/versions", status_code=303)


def _items(connection: Connection, version: str) -> Items:
    try:
        return dictionary.read_items(connection, version)
    except BadInput:
        raise NO_VERSION from None
