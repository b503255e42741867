"""Removing and erasing under way: how far it is, what came of it, and its end on request."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.access import VisitorDep
from api.deps import PagesDep
from api.desk import NO_WORK, JobsDep, is_part
from api.working import JobId, answer_of, target_of, work_part

pages = APIRouter()
api = APIRouter()

KINDS = ("erase", "retention")


@pages.get("/privacy/work/{job_id}")
def show_work(request: Request, pages: PagesDep, visitor: VisitorDep, jobs: JobsDep, job_id: JobId) -> Response:
    """A part that the page asks for again and again, or a whole page that works without a script, too."""
    job = jobs.find(job_id, visitor.user.name)
    if job is None or job.kind not in KINDS:
        raise NO_WORK
    if is_part(request):
        return work_part(request, pages, visitor, job)
    if (target := target_of(job)) is not None:
        return RedirectResponse(target, status_code=303)
    part = "erasures" if job.kind == "erase" else "retention"
    return pages.render(request, "privacy/work.html", section="administration", part=part, job=job)


@pages.post("/privacy/work/{job_id}/cancel")
def cancel(request: Request, pages: PagesDep, visitor: VisitorDep, jobs: JobsDep, job_id: JobId) -> Response:
    """Its process ends now; what it had committed by then stays gone."""
    job = jobs.find(job_id, visitor.user.name)
    if job is None or job.kind not in KINDS:
        raise NO_WORK
    return answer_of(request, pages, visitor, jobs.cancel(job))
