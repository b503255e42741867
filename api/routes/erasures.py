"""Erasure on request: what a request would reach, erasing exactly that, and the certificates of what was erased."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import Visitor, VisitorDep, note
from api.administration_shapes import ErasureFound, ErasureList, ErasureShape
from api.deps import LARGEST_ID, Limit, PagesDep, SettingsDep, StoreDep
from api.desk import JobsDep
from api.downloads import attached
from api.errors import Missing, Unusable
from api.pages import Pages, language_of
from api.working import Work, begin
from pipeline.errors import BadInput, NotAllowed
from pipeline.language import Bilingual, Text
from pipeline.protection.erase import LONGEST_REFERENCE, Asked, Found, erase, erase_shown, find
from pipeline.reports.certificate_pdf import certificate_pdf
from pipeline.settings import Settings
from pipeline.store import erasures
from pipeline.store.connect import Store
from pipeline.store.erasures import Erasure

pages = APIRouter()
api = APIRouter(tags=["administration"])

PAGE = 50
SHOWN_CALLS = 100
IN_AREA: dict[str, Any] = {"section": "administration", "part": "erasures"}
NO_ERASURE = Missing(
    "erasure_not_found",
    Text("この番号の消去はありません。", "There is no erasure of that number."),
    Text("消去の一覧から選んでください。", "Choose from the list of erasures."),
)
NOTHING_FOUND = Text(
    "当てはまる通話はありません。番号を確かめてください。すでに消した通話は、ここには出ません。",
    "No such call. Check the number; what was erased already does not show here.",
)
NOT_TYPED = Text(
    "確認の入力が、消す対象と合いません。何も消していません。", "What was typed is not the same. Nothing was erased."
)
Kind = Literal["customer", "phone", "call"]
ErasureId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Before = Annotated[int | None, Query(ge=1, le=LARGEST_ID, description="next_cursor of the page before")]
Value = Annotated[str, Form(min_length=1, max_length=200)]
Reference = Annotated[str, Form(max_length=LONGEST_REFERENCE)]


class Wanted(BaseModel):
    """A request: whose calls, and under which number it is kept elsewhere. Nobody's name belongs in `reference`."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    value: str = Field(min_length=1, max_length=200, examples=["C-00421"])
    reference: str = Field("", max_length=LONGEST_REFERENCE, examples=["2026-117"])


class Confirmed(Wanted):
    """With the number of calls that the preview has shown: if there are others by now, nothing is erased."""

    calls: int = Field(ge=1, le=10_000_000)


@pages.get("/erasures", response_class=HTMLResponse)
def show_erasures(request: Request, pages: PagesDep, store: StoreDep, before: Before = None) -> Response:
    """What was erased, newest first, and the form for a request."""
    return _list(request, pages, store, before=before)


@pages.post("/erasures/preview", response_class=HTMLResponse)
def preview(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    settings: SettingsDep,
    visitor: VisitorDep,
    kind: Annotated[Kind, Form()],
    value: Value,
    reference: Reference = "",
) -> Response:
    """The calls that would go; nothing is changed."""
    wanted = Wanted(kind=kind, value=value.strip() or value, reference=reference.strip())
    try:
        found = _look(store, settings, visitor, wanted)
    except BadInput as error:
        return _list(request, pages, store, problem=error.text, wanted=wanted, status=422)
    if not found.calls:
        return _list(request, pages, store, problem=NOTHING_FOUND, wanted=wanted, status=404)
    return _found_page(request, pages, wanted, found)


@pages.post("/erasures", response_class=HTMLResponse)
def erase_now(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    settings: SettingsDep,
    visitor: VisitorDep,
    jobs: JobsDep,
    kind: Annotated[Kind, Form()],
    value: Value,
    calls: Annotated[int, Form(ge=1, le=10_000_000)],
    reference: Reference = "",
    typed: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Erase what the preview has shown, if whoever asks typed whose calls they are once more."""
    wanted = Wanted(kind=kind, value=value, reference=reference)
    if typed.strip() != value.strip():
        found = _look(store, settings, visitor, wanted)
        return _found_page(request, pages, wanted, found, problem=NOT_TYPED, status=422)
    work = Work("erase", erase_shown, (_asked(wanted), visitor.user.name, calls), {})
    return begin(request, pages, jobs, visitor, work)


@pages.get("/erasures/{erasure_id}", response_class=HTMLResponse)
def show_erasure(request: Request, pages: PagesDep, store: StoreDep, erasure_id: ErasureId) -> Response:
    """The certificate, to be read and printed."""
    return pages.render(request, "privacy/erasure.html", **IN_AREA, erasure=_found(store, erasure_id))


@pages.get("/erasures/{erasure_id}/certificate.{form}")
def download(
    request: Request, store: StoreDep, visitor: VisitorDep, erasure_id: ErasureId, form: Literal["json", "pdf"]
) -> Response:
    """The certificate as a file."""
    erasure = _found(store, erasure_id)
    note(visitor, "export.certificate", str(erasure_id), {"form": form})
    name = f"erasure-{erasure_id}.{form}"
    if form == "pdf":
        return attached(certificate_pdf(erasure, language_of(request)), name, "application/pdf")
    content = json.dumps({"erasure": erasure_id, **erasure.certificate}, ensure_ascii=False, indent=1) + "\n"
    return attached(content.encode(), name, "application/json")


@api.get("/erasures", operation_id="listErasures", summary="消去の一覧 / erasures", response_model=ErasureList)
def read_erasures(store: StoreDep, limit: Limit = 50, cursor: Before = None) -> dict[str, Any]:
    """Newest first."""
    with store.reading() as connection:
        found = erasures.list_erasures(connection, before=cursor, limit=limit + 1)
    more = str(found[limit - 1].erasure_id) if len(found) > limit else None
    return {"items": found[:limit], "next_cursor": more}


@api.get(
    "/erasures/{erasure_id}", operation_id="getErasure", summary="消去の証明 / one certificate",
    response_model=ErasureShape,
)  # fmt: skip
def read_erasure(store: StoreDep, erasure_id: ErasureId) -> Erasure:
    """The certificate: numbers and hashes."""
    return _found(store, erasure_id)


@api.post(
    "/erasures/preview", operation_id="previewErasure", summary="消去の対象を確かめる / what a request would reach",
    response_model=ErasureFound,
)  # fmt: skip
def preview_by_program(store: StoreDep, settings: SettingsDep, visitor: VisitorDep, wanted: Wanted) -> Found:
    """Changes nothing. `holds`: those that forbid it, by number."""
    try:
        return _look(store, settings, visitor, wanted)
    except BadInput as error:
        raise _refused("bad_request", error) from None


@api.post(
    "/erasures", operation_id="requestErasure", summary="消去する / erase", response_model=ErasureShape, status_code=201
)
def erase_by_program(store: StoreDep, settings: SettingsDep, visitor: VisitorDep, wanted: Confirmed) -> Erasure:
    """Erase for good; answers when the store and the files are done."""
    try:
        made = erase(settings, _asked(wanted), visitor.user.name, dry_run=False, calls=wanted.calls)
    except NotAllowed as error:
        raise _refused("under_legal_hold", error) from None
    except BadInput as error:
        raise _refused("not_as_shown", error) from None
    return _found(store, made["erasure"])


def _refused(code: str, error: BadInput | NotAllowed) -> Unusable:
    text, remedy = error.text, error.remedy or Text("", "")
    return Unusable(code, Text(text.ja, text.en), Text(remedy.ja, remedy.en))


def _asked(wanted: Wanted) -> Asked:
    one = (wanted.value.strip(),)
    return Asked(
        calls=one if wanted.kind == "call" else (),
        customers=one if wanted.kind == "customer" else (),
        phones=one if wanted.kind == "phone" else (),
        reference=wanted.reference,
    )


def _look(store: Store, settings: Settings, visitor: Visitor, wanted: Wanted) -> Found:
    found = find(store, settings, _asked(wanted))
    note(visitor, "erasures.look", wanted.kind, {"calls": len(found.calls)})
    return found


def _found(store: Store, erasure_id: int) -> Erasure:
    with store.reading() as connection:
        erasure = erasures.read(connection, erasure_id)
    if erasure is None:
        raise NO_ERASURE
    return erasure


def _found_page(
    request: Request, pages: Pages, wanted: Wanted, found: Found, problem: Bilingual | None = None, status: int = 200
) -> Response:
    values = {"wanted": wanted, "found": found, "shown": SHOWN_CALLS, "problem": problem}
    return pages.render(request, "privacy/found.html", status=status, **IN_AREA, **values)


def _list(
    request: Request,
    pages: Pages,
    store: Store,
    *,
    before: int | None = None,
    problem: Bilingual | None = None,
    wanted: Wanted | None = None,
    status: int = 200,
) -> Response:
    with store.reading() as connection:
        found = erasures.list_erasures(connection, before=before, limit=PAGE + 1)
    more = found[PAGE - 1].erasure_id if len(found) > PAGE else None
    values: dict[str, Any] = {"erasures": found[:PAGE], "more": more}
    values |= {"problem": problem, "wanted": wanted, "longest": LONGEST_REFERENCE}
    return pages.render(request, "privacy/erasures.html", status=status, **IN_AREA, **values)
