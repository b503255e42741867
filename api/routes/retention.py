"""Keeping periods: what is kept how long, what the next night will remove, and removing it now, once it was counted.

Administrators set them here, having seen what would go; what nobody has set follows the settings file.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.access import VisitorDep
from api.administration_shapes import Retention
from api.deps import PagesDep, SettingsDep, StoreDep
from api.desk import JobsDep
from api.pages import Pages
from api.working import Work, begin
from pipeline.errors import BadInput
from pipeline.language import Bilingual, Text
from pipeline.protection.keeping_periods import (
    count_due,
    fingerprint,
    holdings_now,
    in_force,
    remove_counted,
    set_periods,
)
from pipeline.settings import Settings
from pipeline.store import audit, periods
from pipeline.store.connect import Store

pages = APIRouter()
api = APIRouter(tags=["administration"])

Fields = dict[str, str]
Days = dict[str, int | None]

SHOWN = 20
Counted = Annotated[Literal["yes"] | None, Query(description="with the dry run: what would be removed now")]
LONGEST = 36_500  # days: a hundred years
NO_DAYS = Text(
    "日数は 0 から 36500 までの整数で入れてください(0 は期限なし、空欄は設定ファイルのとおり)。",
    "Days are whole numbers from 0 to 36500 (0: for ever; left empty: as in the settings file).",
)
UNCHANGED = Text("いまの保存期間と同じです。", "These are the periods in force.")
Field = Annotated[str, Form(max_length=40)]
Fingerprint = Annotated[str, Form(max_length=80)]
UNSURE = Text(
    "消したものは戻せないことを確かめて、印を付けてください。",
    "Confirm by the tick that nothing of it comes back.",
)


def _written(
    audio_days: Field = "", transcript_days: Field = "", score_days: Field = "", audit_days: Field = ""
) -> Fields:
    """The form as it was filled in, by the name of the setting."""
    values = {"audio_days": audio_days, "transcript_days": transcript_days}
    return {
        name: value.strip() for name, value in (values | {"score_days": score_days, "audit_days": audit_days}).items()
    }


WrittenDep = Annotated[Fields, Depends(_written)]


@pages.get("/retention", response_class=HTMLResponse)
def show_retention(
    request: Request, pages: PagesDep, store: StoreDep, settings: SettingsDep, count: Counted = None
) -> Response:
    """Every class with its period; with `count`, the dry run."""
    return _page(request, pages, store, settings, count=count is not None)


@pages.post("/retention", response_class=HTMLResponse)
def remove(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    settings: SettingsDep,
    visitor: VisitorDep,
    jobs: JobsDep,
    counted_at: Annotated[datetime, Form()],
    seen: Fingerprint,
    sure: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Remove what the dry run of that moment counted under those periods."""
    if sure != "yes" or counted_at.tzinfo is None:
        return _page(request, pages, store, settings, count=True, problem=UNSURE, status=422)
    work = Work("retention", remove_counted, (visitor.user.name, counted_at, seen), {})
    return begin(request, pages, jobs, visitor, work)


@pages.post("/retention/preview", response_class=HTMLResponse)
def preview(request: Request, pages: PagesDep, store: StoreDep, settings: SettingsDep, written: WrittenDep) -> Response:
    """What would go under other periods; nothing is changed."""
    days = _days(written)
    if days is None:
        return _page(request, pages, store, settings, written=written, problem=NO_DAYS, status=422)
    with store.reading() as connection:
        now = {name: one.days for name, one in periods.chosen(connection).items()}
    if days == dict.fromkeys(periods.NAMES) | now:
        return _page(request, pages, store, settings, written=written, problem=UNCHANGED, status=422)
    return _page(request, pages, store, settings, written=written, proposed=days)


@pages.post("/retention/periods", response_class=HTMLResponse)
def choose(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    settings: SettingsDep,
    visitor: VisitorDep,
    written: WrittenDep,
    seen: Fingerprint,
    sure: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Set the periods that were previewed; removes nothing itself."""
    days = _days(written)
    if days is None:
        return _page(request, pages, store, settings, written=written, problem=NO_DAYS, status=422)
    if sure != "yes":
        return _page(request, pages, store, settings, written=written, proposed=days, problem=UNSURE, status=422)
    try:
        set_periods(store, settings, days, visitor.user.name, seen)
    except BadInput as error:
        problem = Text(error.render("ja"), error.render("en"))
        return _page(request, pages, store, settings, written=written, problem=problem, status=409)
    return RedirectResponse("/retention", status_code=303)


def _days(written: Fields) -> Days | None:
    """Days by the name of the setting, None each where the settings file holds; None where one is no number."""
    found: Days = {}
    for name, value in written.items():
        if value and not (value.isascii() and value.isdigit() and int(value) <= LONGEST):
            return None
        found[name] = int(value) if value else None
    return found


@api.get(
    "/retention", operation_id="getRetention", summary="保存期間と、いま過ぎているもの / keeping periods",
    response_model=Retention,
)  # fmt: skip
def read_retention(store: StoreDep, settings: SettingsDep, count: Counted = None) -> dict[str, Any]:
    """`due` is given with `count=yes` only: it walks through everything that is kept."""
    now = datetime.now(UTC)
    classes = [
        {name: getattr(one, name) for name in ("name", "days", "number", "oldest", "limit")}
        | {"set_by": one.chosen and one.chosen.set_by, "set_at": one.chosen and one.chosen.set_at}
        for one in holdings_now(store, settings, now)
    ]
    due = count_due(store, settings, now, in_force(store, settings)) if count else None
    return {"as_of": now, "classes": classes, "due": due}


def _page(
    request: Request,
    pages: Pages,
    store: Store,
    settings: Settings,
    *,
    count: bool = False,
    written: Fields | None = None,
    proposed: Days | None = None,
    problem: Bilingual | None = None,
    status: int = 200,
) -> Response:
    now, kept = datetime.now(UTC), in_force(store, settings)
    classes = holdings_now(store, settings, now)
    set_here = {one.setting: str(one.chosen.days) for one in classes if one.chosen}
    with store.reading() as connection:
        past = audit.list_entries(connection, action="retention", limit=SHOWN)
        changes = audit.list_entries(connection, action="periods", limit=SHOWN)
    asked = None if proposed is None else periods.with_chosen(settings.retention, proposed)
    values: dict[str, Any] = {
        "classes": classes,
        "due": count_due(store, settings, now, asked or kept) if count or asked else None,
        "asked": asked and asked.model_dump(),
        "written": written if written is not None else set_here,
        "seen": fingerprint(kept),
        "now": now,
        "past": past,
        "changes": changes,
        "problem": problem,
    }
    return pages.render(
        request, "privacy/retention.html", status=status, section="administration", part="retention", **values
    )
