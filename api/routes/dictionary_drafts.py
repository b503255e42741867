"""Drafts on their way: what they change, what that does to calls and scores, review by a second person, publication."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.access import Visitor, VisitorDep, note
from api.deps import PagesDep
from api.desk import VIA, DictionaryDep, DraftId, JobsDep, editable_drafts, found_draft, refused
from api.refused import told_of_work
from api.working import Work, begin
from pipeline.dictionaries import dictionary_work
from pipeline.dictionaries.phrase_trials import WHY_UNSCORED
from pipeline.processes.background import Job, Jobs
from pipeline.store import dictionary, drafts, publishing
from pipeline.store.drafts import Draft

pages = APIRouter()
api = APIRouter()

LATEST = 20  # of those that are over
Remark = Annotated[str, Form(max_length=500)]


@pages.get("/dictionary/drafts")
def show_drafts(request: Request, pages: PagesDep, store: DictionaryDep, visitor: VisitorDep) -> Response:
    """Those under way, and the last ones that are over."""
    with store.reading() as connection:
        under_way = [drafts.read_draft(connection, one.draft_id) for one in drafts.list_drafts(connection)]
        over = drafts.list_drafts(connection, states=("published", "discarded"))[:LATEST]
    return pages.render(
        request,
        "dictionary/drafts.html",
        section="dictionary",
        part="drafts",
        under_way=under_way,
        over=over,
        for_me=[one for one in under_way if _may_approve(visitor, one)],
    )


@pages.post("/dictionary/drafts")
def open_draft(
    store: DictionaryDep, visitor: VisitorDep, title: Remark = "", shared: Annotated[str, Form(max_length=3)] = ""
) -> Response:
    """A new, empty draft."""
    with store.writing() as connection:
        number = drafts.open_draft(connection, visitor.user.name, title.strip(), shared=shared == "yes")
    return _to(number)


@pages.get("/dictionary/drafts/{draft_id}")
def show_draft(
    request: Request, pages: PagesDep, store: DictionaryDep, visitor: VisitorDep, jobs: JobsDep, draft_id: DraftId
) -> Response:
    """What it changes, and what was found out about that."""
    with store.reading() as connection:
        draft = found_draft(connection, draft_id)
        clashes = publishing.outdated(connection, draft) if draft.state in drafts.OPEN_STATES else []
        is_mine = draft_id in {one.draft_id for one in editable_drafts(connection, visitor)}
    review = _last_review(jobs, visitor, draft)
    return pages.render(
        request,
        "dictionary/draft.html",
        section="dictionary",
        part="drafts",
        draft=draft,
        clashes=clashes,
        may=_steps(visitor, draft, is_mine),
        is_author=visitor.user.name in draft.authors,
        review=review,
        told=told_of_work(request, visitor, review["job"]) if review else None,
        why_unscored=WHY_UNSCORED,
    )


@pages.post("/dictionary/drafts/{draft_id}/review")
def review(
    request: Request, pages: PagesDep, store: DictionaryDep, visitor: VisitorDep, jobs: JobsDep, draft_id: DraftId
) -> Response:
    """Work out what the draft changes: hits, scores, and what to look at once more."""
    with store.reading() as connection:
        draft = found_draft(connection, draft_id)
    note(visitor, "phrases.diff", str(draft_id), {"via": VIA})
    about = {"draft_id": draft_id, "revision": draft.revision}
    work = Work("review", dictionary_work.review_draft, (draft_id,), about)
    return begin(request, pages, jobs, visitor, work)


@pages.post("/dictionary/drafts/{draft_id}/submit")
def submit(request: Request, pages: PagesDep, visitor: VisitorDep, jobs: JobsDep, draft_id: DraftId) -> Response:
    """Check the whole dictionary with the draft in it, and ask for review."""
    arguments = (draft_id, visitor.user.name)
    work = Work("submit", dictionary_work.submit_draft, arguments, {"draft_id": draft_id})
    return begin(request, pages, jobs, visitor, work)


@pages.post("/dictionary/drafts/{draft_id}/publish")
def publish(request: Request, pages: PagesDep, visitor: VisitorDep, jobs: JobsDep, draft_id: DraftId) -> Response:
    """Check an approved draft once more and put it in force."""
    arguments = (draft_id, visitor.user.name)
    work = Work("publish", dictionary_work.publish_draft, arguments, {"draft_id": draft_id})
    return begin(request, pages, jobs, visitor, work)


@pages.post("/dictionary/drafts/{draft_id}/approve")
def approve(store: DictionaryDep, visitor: VisitorDep, draft_id: DraftId, remark: Remark = "") -> Response:
    """Agree as a second person; whoever wrote in it is refused, which goes on record."""
    with refused(), store.writing() as connection:
        publishing.approve(connection, draft_id, visitor.user.name, remark.strip(), VIA)
    return _to(draft_id)


@pages.post("/dictionary/drafts/{draft_id}/reject")
def reject(store: DictionaryDep, visitor: VisitorDep, draft_id: DraftId, remark: Remark = "") -> Response:
    """Back to its authors, with the reason."""
    with refused(), store.writing() as connection:
        publishing.reject(connection, draft_id, visitor.user.name, remark, VIA)
    return _to(draft_id)


@pages.post("/dictionary/drafts/{draft_id}/discard")
def discard(store: DictionaryDep, visitor: VisitorDep, draft_id: DraftId) -> Response:
    """Give it up; it stays readable."""
    with refused(), store.writing() as connection:
        drafts.discard(connection, draft_id, visitor.user.name, VIA)
    return _to(draft_id)


@pages.post("/dictionary/drafts/{draft_id}/undo")
def undo(
    store: DictionaryDep,
    visitor: VisitorDep,
    draft_id: DraftId,
    kind: Annotated[str, Form(max_length=10)] = "",
    name: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Take one change out of the draft: the item stays as it is in force."""
    with refused(), store.writing() as connection:
        draft = found_draft(connection, draft_id)
        seen = {change.key: change.now for change in draft.changes if change.key == (kind, name)}
        in_force = dictionary.read_items(connection, dictionary.published(connection).version)
        wanted = {key: in_force.get(key) for key in seen}
        drafts.save(connection, draft_id, visitor.user.name, wanted, seen, VIA)
    return _to(draft_id)


def _to(draft_id: int) -> Response:
    return RedirectResponse(f"/dictionary/drafts/{draft_id}", status_code=303)


def _may_approve(visitor: Visitor, draft: Draft) -> bool:
    waits = draft.state == "in_review" and visitor.user.name not in draft.authors
    return waits and visitor.may("dictionary.approve")


def _steps(visitor: Visitor, draft: Draft, is_mine: bool) -> dict[str, bool]:
    """Which steps are open to this person now."""
    edits = visitor.may("dictionary.edit")
    return {
        "edit": edits and draft.state == "draft" and is_mine,
        "submit": edits and draft.state == "draft" and bool(draft.changes),
        "approve": draft.state == "in_review" and visitor.may("dictionary.approve"),
        "reject": draft.state in ("in_review", "approved"),
        "publish": draft.state == "approved",
        "discard": edits and draft.state in drafts.OPEN_STATES and draft.owner in ("", visitor.user.name),
        "review": draft.state in drafts.OPEN_STATES and bool(draft.changes),
    }


def _last_review(jobs: Jobs, visitor: Visitor, draft: Draft) -> dict[str, Any] | None:
    """The person's last look at what this draft changes, and whether the draft has moved on since."""
    job: Job | None = jobs.last(visitor.user.name, "review")
    if job is None or job.about["draft_id"] != draft.draft_id or job.state == "cancelled":
        return None
    texts_moved = draft.state == "draft" and job.about["revision"] != draft.revision
    return {"job": job, "is_old": texts_moved}
