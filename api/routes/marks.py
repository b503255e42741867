"""Marks on one utterance of a call: right, wrong, another label, missed; and its text put right."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.access import VisitorDep, note
from api.deps import PagesDep, ReportDep, StoreDep
from api.errors import Missing, Unusable
from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.reviews import call_reviews, reviewing
from pipeline.store import reviews, text_corrections
from pipeline.store.pages import Pins
from pipeline.store.review_units import LABELS_OF, Place

pages = APIRouter()
api = APIRouter()

Number = Annotated[int, Path(ge=0, lt=2**63)]
Given = Annotated[int | None, Form(ge=1, lt=2**63)]
LINE = "/reviews/lines/{transcript_id}/{utterance}"
NO_LINE = Missing(
    "utterance_not_found",
    Text("通話の中にその発話はありません。", "There is no such utterance."),
    Text("通話の画面から開き直してください。", "Open it from the call."),
)


@pages.get(LINE, response_class=HTMLResponse)
def show_line(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    report: ReportDep,
    visitor: VisitorDep,
    transcript_id: Number,
    utterance: Number,
) -> Response:
    """What was found in the utterance and what people said of it, with the forms to say more."""
    try:
        with store.reading() as connection:
            line = call_reviews.read_line(connection, Pins.of_report(report), transcript_id, utterance)
    except BadInput:
        raise NO_LINE from None
    note(visitor, "reviews.look", line.detail.call.call_id, {"recording": line.detail.call.recording_id})
    return pages.render(
        request,
        "reviewing/line.html",
        section="calls",
        line=line,
        own_labels=LABELS_OF.get(line.detail.transcript.utterances[utterance].speaker, ()),
        whole_line=Place("moment", transcript_id, utterance, utterance, 0, 0, "").reference,
        longest=call_reviews.LONGEST,
    )


@pages.post(LINE + "/marks")
def mark(
    store: StoreDep,
    visitor: VisitorDep,
    transcript_id: Number,
    utterance: Number,
    reference: Annotated[str, Form(max_length=200)],
    answer: Annotated[str, Form(max_length=40)],
) -> Response:
    """Keep a mark. `answer` is a verdict, with a label after `relabel` and `missed`."""
    verdict, _, label = answer.partition(" ")
    where = f"{reference}{label}" if verdict == "missed" else reference
    labels = (label,) if verdict == "relabel" else ()
    try:
        with store.writing() as connection:
            reviewing.answer(connection, where, verdict, visitor.user.name, labels)
    except BadInput as error:
        raise _unusable(error) from None
    return _back(transcript_id, utterance)


@pages.post(LINE + "/texts")
def correct(
    store: StoreDep,
    visitor: VisitorDep,
    transcript_id: Number,
    utterance: Number,
    text: Annotated[str, Form(max_length=call_reviews.LONGEST)],
) -> Response:
    """Keep what was really said, masked."""
    try:
        call_reviews.correct_text(store, transcript_id, utterance, text, visitor.user.name)
    except BadInput as error:
        raise _unusable(error) from None
    return _back(transcript_id, utterance)


@pages.post(LINE + "/withdrawals")
def take_back(
    store: StoreDep,
    visitor: VisitorDep,
    transcript_id: Number,
    utterance: Number,
    review: Given = None,
    correction: Given = None,
) -> Response:
    """Take an own mark or an own correction back."""
    try:
        with store.writing() as connection:
            if review is not None:
                reviews.withdraw(connection, review, visitor.user.name)
            if correction is not None:
                text_corrections.withdraw(connection, correction, visitor.user.name)
    except BadInput as error:
        raise _unusable(error) from None
    return _back(transcript_id, utterance)


def _back(transcript_id: int, utterance: int) -> Response:
    return RedirectResponse(f"/reviews/lines/{transcript_id}/{utterance}", status_code=303)


def _unusable(error: BadInput) -> Unusable:
    return Unusable(
        "bad_mark",
        Text(error.text.ja, error.text.en),
        Text("前の画面に戻って直してください。", "Go back and mend it."),
    )
