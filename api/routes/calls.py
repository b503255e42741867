"""Calls: the list with its filters in the address, and each call whole."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.access import NOT_ALLOWED, Visitor, VisitorDep, note
from api.call_filters import Asked, Cursor, call_filter
from api.cursors import read_cursor, write_cursor
from api.deps import Body, Limit, NewestDep, PagesDep, ReportDep, StoreDep
from api.downloads import Encoding, csv_file
from api.errors import NO_CALL
from api.policy import hears_unmasked
from api.schemas import Call, CallList
from api.timeline import draw_timeline
from api.transcript import lay_out, pairs, word_times
from pipeline.dictionaries.meant import meant_in
from pipeline.formats.interchange import transcript_to_json
from pipeline.playing.sound import find_sound, is_recording, muted_spans
from pipeline.reports.files import call_table
from pipeline.reviews.call_reviews import reviews_of_call
from pipeline.store.call_filter import CallFilter
from pipeline.store.calls import CallDetail, ListedCall, list_calls, read_call, recordings_of_call
from pipeline.store.choices import phrases_of, reasons_of
from pipeline.store.connect import Store
from pipeline.store.customer_history import HistoryEvent, customer_history
from pipeline.store.pages import Pins
from pipeline.store.words import words_of

pages = APIRouter()
api = APIRouter(tags=["calls"])

PAGE = 50
DOWNLOADED_AT_ONCE = 2_000
CallId = Annotated[str, Path(max_length=500, description="通話ID / call id")]
RecordingId = Annotated[int | None, Query(ge=1, lt=2**63, description="which recording, where a call has several")]


@pages.get("/calls", response_class=HTMLResponse)
def show_calls(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    newest: NewestDep,
    visitor: VisitorDep,
    asked: Asked,
    cursor: Cursor = None,
) -> Response:
    """The analysed calls, latest first."""
    if newest is None:
        return pages.render(request, "start.html", section="calls")
    calls, more = _page(store, newest, call_filter(asked, visitor), cursor, PAGE)
    with store.reading() as connection:
        pins = Pins.of_report(newest)
        reasons, phrases = reasons_of(connection, visitor.reach.within), phrases_of(connection, pins)
    return pages.render(
        request,
        "calls.html",
        section="calls",
        body=newest,
        calls=calls,
        asked=asked,
        more=more,
        cursor=cursor,
        reasons=reasons,
        phrases=phrases,
    )


@pages.get("/calls.csv")
def download_calls(
    store: StoreDep, report: ReportDep, visitor: VisitorDep, asked: Asked, encoding: Encoding = "utf-8"
) -> Response:
    """All calls of the filter as a table, in the order of the list."""
    note(visitor, "export.calls", "calls", {name: str(value) for name, value in asked.items()})
    table = call_table((_row(call), call.tally) for call in _every(store, report, call_filter(asked, visitor)))
    return csv_file(table, "kouken-calls.csv", encoding)


@pages.get("/calls/{call_id:path}", response_class=HTMLResponse)
def show_call(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    report: ReportDep,
    visitor: VisitorDep,
    call_id: CallId,
    recording: RecordingId = None,
) -> Response:
    """One call: what was said, what was found in it, and why."""
    detail, siblings = _whole(store, report, visitor, call_id, recording)
    with store.reading() as connection:
        reviewed = reviews_of_call(connection, detail.call.transcript_id)
        names = words_of(connection, Pins.of_report(report).tagging.dictionary_version)
    return pages.render(
        request,
        "call.html",
        section="calls",
        body=report,
        detail=detail,
        siblings=siblings,
        reviewed=reviewed,
        meant=meant_in(detail.transcript, names),
        turns=lay_out(detail.transcript, detail.tags, detail.moments),
        timeline=draw_timeline(detail.transcript, detail.moments),
        pairs=pairs(detail.transcript, detail.moments),
        word_times=word_times,
        history=_history(store, report, visitor, detail.call),
        is_recorded=any(map(is_recording, detail.places)),
        playable=visitor.may("sound.play")
        and find_sound(detail.places) is not None
        and muted_spans(detail.transcript) is not None,
    )


@api.get("/calls", operation_id="listCalls", summary="通話の一覧 / calls", response_model=CallList)
def read_calls(
    store: StoreDep, report: ReportDep, visitor: VisitorDep, asked: Asked, limit: Limit = 100, cursor: Cursor = None
) -> dict[str, Any]:
    """The analysed calls, latest first, those without a time last."""
    calls, more = _page(store, report, call_filter(asked, visitor), cursor, limit)
    return {"items": [_plain(call) for call in calls], "next_cursor": more}


@api.get("/calls/{call_id:path}", operation_id="getCall", summary="通話 / one call", response_model=Call)
def read_one_call(
    store: StoreDep, report: ReportDep, visitor: VisitorDep, call_id: CallId, recording: RecordingId = None
) -> dict[str, Any]:
    """The transcript with its evidence and decisions."""
    detail, _ = _whole(store, report, visitor, call_id, recording)
    document = transcript_to_json(detail.transcript, detail.tags, detail.moments)
    del document["call_id"]
    return {"call": _plain(detail.call), **document, "versions": report["versions"]}


def _page(
    store: Store, report: Body, wanted: CallFilter, cursor: str | None, limit: int
) -> tuple[list[ListedCall], str | None]:
    """One more than asked for is read, to know whether there is more."""
    after = read_cursor(cursor)
    with store.reading() as connection:
        found = list_calls(connection, Pins.of_report(report), wanted, after=after, limit=limit + 1)
    page = found[:limit]
    return page, write_cursor(page[-1].position) if len(found) > limit else None


def _every(store: Store, report: Body, wanted: CallFilter) -> Iterator[ListedCall]:
    """The whole list, read in portions of one consistent view."""
    pins = Pins.of_report(report)
    with store.reading() as connection:
        after = None
        while found := list_calls(connection, pins, wanted, after=after, limit=DOWNLOADED_AT_ONCE):
            yield from found
            after = found[-1].position


def _row(call: ListedCall) -> dict[str, Any]:
    return dict(call.extra) | {name: getattr(call, name) for name in ListedCall.__slots__}


def _history(store: Store, report: Body, visitor: Visitor, call: ListedCall) -> list[HistoryEvent]:
    customer_id = call.joined_customer_id or call.customer_id
    if customer_id is None:
        return []
    with store.reading() as connection:
        return customer_history(connection, Pins.of_report(report), customer_id, visitor.reach.within)


def _whole(
    store: Store, report: Body, visitor: Visitor, call_id: str, recording: int | None
) -> tuple[CallDetail, Sequence[ListedCall]]:
    """The recording asked for, else the call's last; the look is put on record. Raises `Missing`."""
    pins = Pins.of_report(report)
    with store.reading() as connection:
        siblings = recordings_of_call(connection, pins, call_id, visitor.reach.within)
        chosen = [call for call in siblings if recording in (None, call.recording_id)]
        if not chosen:
            raise NO_CALL
        detail = read_call(connection, pins, chosen[-1])
    if not detail.transcript.options.get("mask") and not hears_unmasked(visitor.user):
        raise NOT_ALLOWED
    note(visitor, "call.read", call_id, {"recording": detail.call.recording_id})
    return detail, siblings


def _plain(call: ListedCall) -> dict[str, Any]:
    values = asdict(call)
    tally = values.pop("tally")
    values["contract_id"] = values.pop("joined_contract_id")
    hidden = {"transcript_id", "tagging_id", "joined_customer_id", "term_started_on"}
    counted = {name: tally[name] for name in ("operator_speech_ms", "moments", "signals", "success_phrases")}
    return {name: value for name, value in values.items() if name not in hidden} | counted
