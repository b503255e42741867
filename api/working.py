"""How work that takes longer than a page is shown: its progress while it runs, then what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Path, Request
from fastapi.responses import RedirectResponse, Response

from api.access import Visitor, note
from api.desk import VIA, is_part
from api.errors import Unusable
from api.pages import Pages, address
from api.refused import told_of_work
from phrases.entry import Phrase
from pipeline.dictionaries import dictionary_work
from pipeline.dictionaries.phrase_trials import WHY_UNSCORED
from pipeline.language import Text
from pipeline.processes.background import Busy, Job, Jobs

JobId = Annotated[str, Path(max_length=40)]
PATIENCE_S = 1.5  # what is ready by then is shown at once


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done (a function given settings, a progress and `arguments`), and what its page needs to know."""

    kind: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    about: Mapping[str, Any]


def begin(request: Request, pages: Pages, jobs: Jobs, visitor: Visitor, work: Work) -> Response:
    """Begin, and show the result if it comes at once; where something is still running, that is shown instead."""
    try:
        job = jobs.start(visitor.user.name, work.kind, work.function, *work.arguments, about=work.about)
    except Busy as busy:
        if is_part(request):
            return pages.render(request, "dictionary/busy.html", busy=busy)
        if busy.job is None:
            raise Unusable("busy_working", Text(busy.text.ja, busy.text.en), Text("", "")) from None
        return RedirectResponse(place_of(busy.job), status_code=303)
    return answer_of(request, pages, visitor, job)


def begin_trial(
    request: Request,
    pages: Pages,
    jobs: Jobs,
    visitor: Visitor,
    phrase: Phrase,
    draft_id: int | None,
    *,
    exact: bool = False,
) -> Response:
    """An entry on every stored call, as it stands in its draft, if it stands in one."""
    note(visitor, "phrases.test", phrase.id, {"via": VIA})
    about = {"phrase": phrase.phrase, "asked": (phrase, draft_id)}
    return begin(
        request, pages, jobs, visitor, Work("trial", dictionary_work.try_entry, (phrase, draft_id, exact), about)
    )


def answer_of(request: Request, pages: Pages, visitor: Visitor, job: Job) -> Response:
    """A part for a page that asked for one, else the work's own page."""
    job.wait(PATIENCE_S)
    job = job.as_it_stands()
    if is_part(request):
        return work_part(request, pages, visitor, job)
    return RedirectResponse(place_of(job), status_code=303)


def place_of(job: Job) -> str:
    """The page of a piece of work."""
    return f"/{_area(job)}/work/{job.job_id}"


def work_part(request: Request, pages: Pages, visitor: Visitor, job: Job) -> Response:
    """The part that keeps itself up to date; a step that is done leads on to what came of it."""
    told = told_of_work(request, visitor, job)
    response = pages.render(request, f"{_area(job)}/work_part.html", job=job, told=told, why_unscored=WHY_UNSCORED)
    if (target := target_of(job)) is not None:
        response.headers["HX-Redirect"] = target
    return response


def target_of(job: Job) -> str | None:
    """Where a finished piece of work is shown, if not on its own page."""
    if job.state != "done":
        return None
    if job.kind in ("review", "submit", "publish"):
        return f"/dictionary/drafts/{job.about['draft_id']}"
    if job.kind == "words":
        return f"/dictionary/drafts/{job.result.draft_id}"
    if job.kind == "erase":
        return f"/erasures/{job.result}"
    if job.kind == "tables":
        return address("/tables", loaded=job.result)
    return "/dictionary/candidates" if job.kind == "candidates" else None


def way_back(job: Job) -> tuple[str, str]:
    """The tab of its area to which work on the dictionary belongs, and the address from which it was asked for."""
    if "draft_id" in job.about:
        return "drafts", f"/dictionary/drafts/{job.about['draft_id']}"
    tab = {"import": "import", "words": "words", "candidates": "candidates", "compare": "versions"}.get(
        job.kind, "list"
    )
    return tab, "/dictionary" if tab == "list" else f"/dictionary/{tab}"


def _area(job: Job) -> str:
    return {"erase": "privacy", "retention": "privacy", "tables": "tables"}.get(job.kind, "dictionary")
