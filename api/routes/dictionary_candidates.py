"""Candidates for new phrases: what good calls have in common and the dictionary does not know."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.access import VisitorDep, note
from api.deps import PagesDep
from api.desk import VIA, DictionaryDep, JobsDep
from api.refused import told_of_work
from api.working import Work, begin
from pipeline.dictionaries import dictionary_work
from pipeline.dictionaries.phrase_discovery import WARNING
from pipeline.dictionaries.phrase_trials import WHY_UNSCORED
from pipeline.store import dismissals

pages = APIRouter()
api = APIRouter()

MOST = 60  # shown at once; the surest come first


@pages.get("/dictionary/candidates")
def show_candidates(
    request: Request, pages: PagesDep, store: DictionaryDep, visitor: VisitorDep, jobs: JobsDep
) -> Response:
    """The person's last search, without what was dismissed."""
    with store.reading() as connection:
        gone = dismissals.dismissed(connection)
    job = jobs.last(visitor.user.name, "candidates")
    found = job.result.candidates if job and job.state == "done" and job.result else ()
    return pages.render(
        request,
        "dictionary/candidates.html",
        section="dictionary",
        part="candidates",
        job=job,
        told=told_of_work(request, visitor, job) if job else None,
        candidates=[candidate for candidate in found if candidate.text not in gone][:MOST],
        dismissed=sum(candidate.text in gone for candidate in found),
        warning=WARNING,
        why_unscored=WHY_UNSCORED,
    )


@pages.post("/dictionary/candidates")
def find(request: Request, pages: PagesDep, store: DictionaryDep, visitor: VisitorDep, jobs: JobsDep) -> Response:
    """Look through every stored call; it may take minutes."""
    note(visitor, "phrases.discover", "candidates", {"via": VIA})
    work = Work("candidates", dictionary_work.find_candidates, (), {})
    return begin(request, pages, jobs, visitor, work)


@pages.post("/dictionary/candidates/dismiss")
def dismiss(store: DictionaryDep, visitor: VisitorDep, text: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Not a phrase for this dictionary: it is not offered again, to nobody."""
    with store.writing() as connection:
        dismissals.dismiss(connection, text.strip(), visitor.user.name, VIA)
    return RedirectResponse("/dictionary/candidates", status_code=303)
