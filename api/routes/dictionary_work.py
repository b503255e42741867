"""Work under way: how far it is, what came of it, and its end on request."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from api.access import Visitor, VisitorDep
from api.deps import PagesDep
from api.desk import NO_WORK, JobsDep, is_part
from api.refused import told_of_work
from api.working import answer_of, begin_trial, target_of, way_back, work_part
from pipeline.dictionaries.phrase_trials import WHY_UNSCORED
from pipeline.processes.background import Job, Jobs

pages = APIRouter()
api = APIRouter()

JobId = Annotated[str, Path(max_length=40)]


@pages.get("/dictionary/work/{job_id}")
def show_work(request: Request, pages: PagesDep, visitor: VisitorDep, jobs: JobsDep, job_id: JobId) -> Response:
    """A part that the page asks for again and again, or a whole page that works without a script, too."""
    job = _found(jobs, visitor, job_id)
    if is_part(request):
        return work_part(request, pages, visitor, job)
    if (target := target_of(job)) is not None:
        return RedirectResponse(target, status_code=303)
    tab, back = way_back(job)
    return pages.render(
        request,
        "dictionary/work.html",
        section="dictionary",
        part=tab,
        back=back,
        job=job,
        told=told_of_work(request, visitor, job),
        why_unscored=WHY_UNSCORED,
    )


@pages.post("/dictionary/work/{job_id}/cancel")
def cancel(request: Request, pages: PagesDep, visitor: VisitorDep, jobs: JobsDep, job_id: JobId) -> Response:
    """Its process ends now."""
    return answer_of(request, pages, visitor, jobs.cancel(_found(jobs, visitor, job_id)))


@pages.post("/dictionary/work/{job_id}/exact")
def count_all(request: Request, pages: PagesDep, visitor: VisitorDep, jobs: JobsDep, job_id: JobId) -> Response:
    """The trial that answered with an estimate, over every call."""
    job = _found(jobs, visitor, job_id)
    if job.kind != "trial":
        raise NO_WORK
    return begin_trial(request, pages, jobs, visitor, *job.about["asked"], exact=True)


def _found(jobs: Jobs, visitor: Visitor, job_id: str) -> Job:
    job = jobs.find(job_id, visitor.user.name)
    if job is None:
        raise NO_WORK
    return job
