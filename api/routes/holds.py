"""Legal holds: whom they are about and why, placed and released by name, each on record."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.access import VisitorDep
from api.administration_shapes import HoldList
from api.deps import LARGEST_ID, Limit, PagesDep, StoreDep
from api.errors import Missing
from api.pages import Pages, address
from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.store import holds
from pipeline.store.connect import Connection, Store
from pipeline.store.holds import Hold, Kind

pages = APIRouter()
api = APIRouter(tags=["administration"])

IN_AREA: dict[str, Any] = {"section": "administration", "part": "holds"}
NO_HOLD = Missing(
    "hold_not_found",
    Text("この番号の保全はありません。", "There is no hold of that number."),
    Text("法的な保全の一覧から選んでください。", "Choose from the list of legal holds."),
)
HoldId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
After = Annotated[int | None, Query(ge=1, le=LARGEST_ID, description="next_cursor of the page before")]


@pages.get("/holds", response_class=HTMLResponse)
def show_holds(request: Request, pages: PagesDep, store: StoreDep, released: Literal["yes"] | None = None) -> Response:
    """Those in force, those of the past on request, and the form for one more."""
    return _list(request, pages, store, released=released is not None)


@pages.post("/holds", response_class=HTMLResponse)
def place(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    visitor: VisitorDep,
    kind: Annotated[Kind, Form()],
    value: Annotated[str, Form(max_length=200)] = "",
    reason: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """From now on nothing of it is erased."""
    try:
        with store.writing() as connection:
            number = holds.place(connection, kind, value, reason, visitor.user.name)
    except BadInput as error:
        asked = {"kind": kind, "value": value, "reason": reason}
        return _list(request, pages, store, problem=error, asked=asked, status=422)
    return RedirectResponse(f"/holds/{number}", status_code=303)


@pages.get("/holds/{hold_id}", response_class=HTMLResponse)
def show_hold(request: Request, pages: PagesDep, store: StoreDep, hold_id: HoldId) -> Response:
    """One hold with the calls that it keeps."""
    with store.reading() as connection:
        hold = _found(connection, hold_id)
        calls = holds.calls_of(connection, hold)
    return pages.render(request, "privacy/hold.html", **IN_AREA, hold=hold, calls=calls)


@pages.post("/holds/{hold_id}/release")
def release(store: StoreDep, visitor: VisitorDep, hold_id: HoldId) -> Response:
    """It stays on the list with who released it."""
    try:
        with store.writing() as connection:
            holds.release(connection, hold_id, visitor.user.name)
    except BadInput:
        raise NO_HOLD from None
    return RedirectResponse(address("/holds", released="yes"), status_code=303)


@api.get("/holds", operation_id="listHolds", summary="法的な保全の一覧 / legal holds", response_model=HoldList)
def read_holds(
    store: StoreDep,
    released: Annotated[Literal["yes"] | None, Query(description="those of the past, too")] = None,
    limit: Limit = 50,
    cursor: After = None,
) -> dict[str, Any]:
    """By number."""
    with store.reading() as connection:
        every = holds.list_holds(connection, released=released is not None)
        found = [hold for hold in every if hold.hold_id > (cursor or 0)]
        items = [_told(connection, hold) for hold in found[:limit]]
    return {"items": items, "next_cursor": str(items[-1]["hold_id"]) if len(found) > limit else None}


def _told(connection: Connection, hold: Hold) -> dict[str, Any]:
    told = {name: getattr(hold, name) for name in Hold.__slots__}
    return {**told, "calls": len(holds.calls_of(connection, hold))}


def _found(connection: Connection, hold_id: int) -> Hold:
    hold = holds.read_hold(connection, hold_id)
    if hold is None:
        raise NO_HOLD
    return hold


def _list(
    request: Request,
    pages: Pages,
    store: Store,
    *,
    released: bool = False,
    problem: BadInput | None = None,
    asked: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    with store.reading() as connection:
        found = holds.list_holds(connection, released=released)
        numbers = {hold.hold_id: len(holds.calls_of(connection, hold)) for hold in found if not hold.released_at}
    values: dict[str, Any] = {"holds": found, "numbers": numbers, "released": released, "problem": problem}
    return pages.render(request, "privacy/holds.html", status=status, **IN_AREA, **values, asked=asked)
