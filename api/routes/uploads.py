"""契約・成果: which tables are loaded, and loading one from the browser after a look at what it holds."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Path, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.access import Visitor, VisitorDep
from api.deps import Body, NewestDep, PagesDep, StoreDep
from api.desk import NO_WORK, JobsDep, is_part
from api.downloads import attached
from api.pages import Pages
from api.policy import reach_of
from api.received import refusals_on_record
from api.refused import ProblemLists, told_of, told_of_work
from api.working import JobId, Work, answer_of, begin, target_of, work_part
from pipeline.errors import BadInput
from pipeline.language import Bilingual, Text
from pipeline.outcomes.columns import SHAPES, Kind
from pipeline.outcomes.presets import PRESETS
from pipeline.outcomes.report import COUNT_TEXTS
from pipeline.processes.background import Job, Jobs
from pipeline.protection.scanning import NotClean
from pipeline.settings import Settings
from pipeline.store import joins, tables
from pipeline.store.calls import call_ids_within
from pipeline.store.connect import Connection, Store
from pipeline.store.pages import Pins
from pipeline.tables import uploads

pages = APIRouter()
api = APIRouter()

PATH = "/tables/upload"
SECTION, WORK = "tables", "tables"
PAGE = 100
Key = Annotated[str, Form(max_length=100)]
NO_FILE = Text("ファイルを選んでください。", "Choose a file.")


@pages.get("/tables", response_class=HTMLResponse)
def show_tables(request: Request, pages: PagesDep, store: StoreDep, loaded: Kind | None = None) -> Response:
    """The four tables as they stand, and the form for a file. `loaded`: the one just loaded."""
    return _tables(request, pages, store, done=loaded)


@pages.post("/tables/upload", response_class=HTMLResponse)
def upload(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    visitor: VisitorDep,
    kind: Annotated[Kind, Form()],
    file: Annotated[UploadFile | str, File()] = "",
    preset: Annotated[Literal["", "salesforce", "kintone"], Form()] = "",
) -> Response:
    """What the file holds, before anything is changed: the first rows, or every problem with its line."""
    if isinstance(file, str) or not file.filename:
        return _tables(request, pages, store, problem=NO_FILE, status=422)
    settings = _settings(request)
    try:
        with refusals_on_record(visitor, kind):
            kept = uploads.keep(settings, file.file, file.filename, kind, preset or None, visitor.user.name)
    except NotClean as error:
        return _tables(request, pages, store, problem=error.whole, status=422)
    try:
        preview = uploads.preview(kept, settings)
    except BadInput as error:
        uploads.discard(kept)
        return _tables(request, pages, store, problem=error.whole, status=422)
    if preview.loaded is None:
        uploads.discard(kept)
    return pages.render(
        request,
        "upload.html",
        status=200 if preview.loaded else 422,
        section=SECTION,
        part="tables",
        preview=preview,
        told=told_of(request, visitor, preview.problems, unlisted=preview.unlisted),
        counts=COUNT_TEXTS,
        columns=list(preview.rows[0]) if preview.rows else [],
    )


@pages.get("/problems/{key}")
def download_problems(request: Request, visitor: VisitorDep, key: Annotated[str, Path(max_length=40)]) -> Response:
    """Everything that is wrong in a file that one has sent, as CSV."""
    lists: ProblemLists = request.app.state.problem_lists
    return attached(lists.find(key, visitor.user.name), "kouken-problems.csv", "text/csv; charset=utf-8")


@pages.post("/tables/load")
def load(request: Request, pages: PagesDep, store: StoreDep, visitor: VisitorDep, jobs: JobsDep, key: Key) -> Response:
    """Load what was looked at: all of it or nothing, with its progress."""
    try:
        uploads.find(uploads.folder_of(_settings(request)), key, visitor.user.name)
    except BadInput as error:
        return _tables(request, pages, store, problem=error.whole, status=422)
    return begin(request, pages, jobs, visitor, Work(WORK, uploads.load_kept, (key, visitor.user.name), {}))


@pages.get("/tables/work/{job_id}")
def show_work(request: Request, pages: PagesDep, visitor: VisitorDep, jobs: JobsDep, job_id: JobId) -> Response:
    """How far it is: a part that the page asks for again and again, or a whole page that works without a script."""
    job = _job(jobs, job_id, visitor)
    if is_part(request):
        return work_part(request, pages, visitor, job)
    if (target := target_of(job)) is not None:
        return RedirectResponse(target, status_code=303)
    told = told_of_work(request, visitor, job)
    return pages.render(request, "tables/work.html", section=SECTION, part="tables", job=job, told=told)


@pages.post("/tables/work/{job_id}/cancel")
def cancel(request: Request, pages: PagesDep, visitor: VisitorDep, jobs: JobsDep, job_id: JobId) -> Response:
    """Its process ends now, and nothing is loaded."""
    job = _job(jobs, job_id, visitor)
    return answer_of(request, pages, visitor, jobs.cancel(job))


def _job(jobs: Jobs, job_id: str, visitor: Visitor) -> Job:
    job = jobs.find(job_id, visitor.user.name)
    if job is None or job.kind != WORK:
        raise NO_WORK
    return job


@pages.post("/tables/discard")
def discard(request: Request, pages: PagesDep, store: StoreDep, visitor: VisitorDep, key: Key) -> Response:
    """Leave everything as it is."""
    try:
        uploads.discard(uploads.find(uploads.folder_of(_settings(request)), key, visitor.user.name))
    except BadInput as error:
        return _tables(request, pages, store, problem=error.whole, status=422)
    return RedirectResponse("/tables", status_code=303)


@pages.get("/joins", response_class=HTMLResponse)
def show_joins(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    newest: NewestDep,
    visitor: VisitorDep,
    of: Literal["no_customer", "no_contract", "ambiguous", "outcomes"] = "no_contract",
    after: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """How the calls of the newest report were joined to contracts, and what could not be."""
    with store.reading() as connection:
        is_stale = newest is not None and _has_moved_on(tables.current_loads(connection), newest)
        rows: list[joins.Unjoined] | list[joins.Silent]
        open_to: frozenset[str] = frozenset()
        if of == "outcomes":
            number = int(after) if after and after.isdecimal() and len(after) < 19 else None
            rows = joins.silent_outcomes(connection, after=number, limit=PAGE + 1)
        else:
            rows = unjoined = joins.unjoined_calls(connection, of, after=after, limit=PAGE + 1)
            open_to = _open_to(connection, visitor, newest, [row.call_id for row in unjoined])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    more = None if last is None else last.row_id if isinstance(last, joins.Silent) else last.call_id
    values: dict[str, Any] = {"report": newest, "is_stale": is_stale, "of": of, "rows": rows[:PAGE], "more": more}
    values |= {"statuses": joins.STATUSES, "is_further": after is not None, "open_to": open_to}
    return pages.render(request, "joins.html", section=SECTION, part="joins", **values)


def _open_to(connection: Connection, visitor: Visitor, newest: Body | None, call_ids: Sequence[str]) -> frozenset[str]:
    """Those of the calls that have a page for the visitor: a row of the table need not have a recording."""
    reach = reach_of(visitor.user, "calls.words")
    if reach is None or newest is None:
        return frozenset()
    return call_ids_within(connection, Pins.of_report(newest), call_ids, reach.within)


def _has_moved_on(loads: Mapping[str, int], report: Body) -> bool:
    """Whether a table was loaded after the report was made."""
    return loads != {kind: load["load_id"] for kind, load in report["loads"].items()}


def _tables(
    request: Request,
    pages: Pages,
    store: Store,
    *,
    problem: Bilingual | None = None,
    done: Kind | None = None,
    status: int = 200,
) -> Response:
    with store.reading() as connection:
        loads = tables.last_loads(connection)
    values: dict[str, Any] = {"kinds": list(SHAPES), "shapes": SHAPES, "loads": loads, "presets": list(PRESETS)}
    values |= {"problem": problem, "done": done, "counts": COUNT_TEXTS, "most_mb": _settings(request).web.upload_mb}
    return pages.render(request, "tables.html", status=status, section=SECTION, part="tables", **values)


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings
