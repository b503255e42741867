"""The review desk: one place after the other, judged by keyboard; and what the judgements say about the tags."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.access import VisitorDep, note
from api.deps import Body, NewestDep, PagesDep, ReportDep, StoreDep
from api.errors import Unusable
from api.pages import address
from api.schemas import ReviewFigures
from api.transcript import segments
from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.playing.sound import find_sound, muted_spans
from pipeline.reviews import review_desk
from pipeline.reviews.review_desk import Asked
from pipeline.settings import Settings
from pipeline.store import review_figures, review_queue
from pipeline.store.connect import Connection
from pipeline.store.pages import Pins
from pipeline.store.review_units import LABELS_OF

pages = APIRouter()
api = APIRouter(tags=["reviews"])

LIMIT = 0.8  # of precision, below which a phrase is named, unless the address says otherwise
MOST_DRAWN = 2_000
Unit = Literal["moment", "hit", "utterance"]
UnitAsked = Annotated[Unit | Literal[""], Query()]
Of = Annotated[str, Query(max_length=200, description="a label or the id of a phrase")]
Limit = Annotated[float, Query(ge=0, le=1)]
Answer = Annotated[str, Form(max_length=40)]


@pages.get("/reviews", response_class=HTMLResponse)
def show_desk(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    newest: NewestDep,
    visitor: VisitorDep,
    unit: UnitAsked = "",
    of: Of = "",
) -> Response:
    """The next question with the words around it; before the first sample, what reviewing is."""
    if not visitor.may("reviews.judge"):
        return RedirectResponse("/reviews/precision", status_code=303)
    if newest is None:
        return pages.render(request, "start.html", section="reviews")
    with store.reading() as connection:
        if not review_desk.has_samples(connection):
            return pages.render(request, "reviewing/start.html", section="reviews", part="desk")
    settings: Settings = request.app.state.settings
    reviewer = visitor.user.name
    asked = review_desk.next_asked(store, Pins.of_report(newest), reviewer, settings.moments, unit or None, of)
    with store.reading() as connection:
        told = review_desk.last_told(connection, reviewer)
        progress = review_desk.progress(connection, reviewer, datetime.now(UTC))
    if asked:
        note(visitor, "reviews.look", asked.detail.call.call_id, {"recording": asked.detail.call.recording_id})
    return pages.render(
        request,
        "reviewing/desk.html",
        section="reviews",
        part="desk",
        asked=asked,
        told=told,
        progress=progress,
        chosen={"unit": unit, "of": of},
        **(_shown(asked) if asked else {}),
    )


@pages.post("/reviews/answers")
def answer(
    store: StoreDep,
    visitor: VisitorDep,
    claim: Annotated[int, Form(ge=1, lt=2**63)],
    answer: Answer,
    labels: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
    unit: Annotated[Unit | Literal[""], Form()] = "",
    of: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Keep an answer and go on. `answer` is a verdict, or `relabel` and the label."""
    verdict, _, label = answer.partition(" ")
    try:
        review_desk.answer(store, claim, verdict, [label] if label else labels, visitor.user.name)
    except BadInput as error:
        raise _unusable(error) from None
    return _on(unit, of)


@pages.post("/reviews/withdrawals")
def take_back(
    store: StoreDep,
    visitor: VisitorDep,
    unit: Annotated[Unit | Literal[""], Form()] = "",
    of: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Take the last answer back."""
    try:
        review_desk.take_back(store, visitor.user.name)
    except BadInput as error:
        raise _unusable(error) from None
    return _on(unit, of)


@pages.post("/reviews/draws")
def draw(
    store: StoreDep,
    report: ReportDep,
    visitor: VisitorDep,
    unit: Annotated[Unit | Literal[""], Form()] = "",
    of: Annotated[str, Form(max_length=200)] = "",
    wanted: Annotated[int, Form(ge=1, le=MOST_DRAWN)] = 0,
) -> Response:
    """Draw a random sample, or enlarge one; without a unit the first samples of moments and utterances."""
    pins = Pins.of_report(report)
    units: tuple[Unit, ...] = (unit,) if unit else ("moment", "utterance")
    with store.writing() as connection:
        for one in units:
            review_queue.draw(connection, pins, visitor.user.name, one, stratum=of or None, wanted=wanted or None)
    return RedirectResponse("/reviews/precision" if unit else "/reviews", status_code=303)


@pages.get("/reviews/precision", response_class=HTMLResponse)
def show_precision(
    request: Request, pages: PagesDep, store: StoreDep, newest: NewestDep, limit: Limit = LIMIT
) -> Response:
    """How good phrases and moments are, and how far reviewers agree."""
    if newest is None:
        return pages.render(request, "start.html", section="reviews")
    with store.reading() as connection:
        figures = _figures(connection, newest, limit)
    return pages.render(
        request,
        "reviewing/precision.html",
        section="reviews",
        part="precision",
        limit=limit,
        most=MOST_DRAWN,
        **figures,
    )


@api.get(
    "/reviews/precision",
    operation_id="getReviewFigures",
    summary="適合率・再現率・一致 / precision, recall, agreement",
    response_model=ReviewFigures,
)
def read_precision(store: StoreDep, report: ReportDep, limit: Limit = LIMIT) -> dict[str, Any]:
    """From the random samples alone, with Wilson intervals; agreement as Cohen's κ."""
    with store.reading() as connection:
        return {"limit": limit, **_figures(connection, report, limit)}


def _figures(connection: Connection, report: Body, limit: float) -> dict[str, Any]:
    pins = Pins.of_report(report)
    return {
        "phrases": review_figures.precisions(connection, pins, "hit", limit),
        "labels": review_figures.precisions(connection, pins, "moment", limit),
        "recall": review_figures.recalls(connection, pins),
        "agreement": list(review_figures.agreements(connection)),
    }


def _shown(asked: Asked) -> dict[str, Any]:
    """What the page needs besides the question: the words cut at the evidence, and whether they can be heard."""
    detail, place = asked.detail, asked.place
    said = detail.transcript.utterances
    at = {
        index: segments(said[index].text, [tag for tag in asked.evidence if tag.utterance == index])
        for index in asked.shown
    }
    speaker = said[place.utterance].speaker
    timed = [said[index] for index in asked.asked if said[index].start_ms is not None]
    return {
        "segments": at,
        "labels": [label for label in LABELS_OF.get(speaker, ()) if label != place.label],
        "from_ms": timed[0].start_ms if timed else None,
        "until_ms": timed[-1].end_ms if timed else None,
        "playable": bool(timed)
        and find_sound(detail.places) is not None
        and muted_spans(detail.transcript) is not None,
    }


def _on(unit: str, of: str) -> Response:
    return RedirectResponse(address("/reviews", {"unit": unit, "of": of}), status_code=303)


def _unusable(error: BadInput) -> Unusable:
    return Unusable(
        "bad_review",
        Text(error.text.ja, error.text.en),
        Text("確認の画面を開き直してください。", "Open the review page again."),
    )
