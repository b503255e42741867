"""Search in what was said: sentences with the seconds where they are heard."""

from itertools import groupby
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.access import Visitor, VisitorDep, note
from api.call_filters import Asked, Cursor, call_filter
from api.cursors import read_place, write_place
from api.deps import Body, NewestDep, PagesDep, ReportDep, StoreDep
from api.policy import hears_unmasked
from api.schemas import SearchResults
from api.transcript import pieces
from pipeline.playing.sound import find_sound
from pipeline.search.searching import Found, FoundPage, Wanted, search
from pipeline.store.calls import places_of
from pipeline.store.choices import phrases_of, reasons_of
from pipeline.store.connect import Store
from pipeline.store.pages import Pins

pages = APIRouter()
api = APIRouter(tags=["calls"])

PAGE = 30
Words = Annotated[str, Query(max_length=200, description="words that have to be in one sentence")]
Speaker = Literal["operator", "customer", "unknown"]
Limit = Annotated[int, Query(ge=1, le=100, description="At most so many sentences")]


@pages.get("/search", response_class=HTMLResponse)
def show_search(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    newest: NewestDep,
    visitor: VisitorDep,
    asked: Asked,
    q: Words = "",
    speaker: Speaker | Literal[""] = "",
    cursor: Cursor = None,
) -> Response:
    """Sentences by what was said and what was found in it, call by call, latest first."""
    if newest is None:
        return pages.render(request, "start.html", section="calls")
    wanted = _wanted(asked, visitor, q, speaker)
    page = _page(store, newest, visitor, wanted, asked, cursor, PAGE)
    with store.reading() as connection:
        pins = Pins.of_report(newest)
        reasons, phrases = reasons_of(connection, visitor.reach.within), phrases_of(connection, pins)
        places = places_of(connection, {found.call.recording_id for found in page.found})
    return pages.render(
        request,
        "search.html",
        section="calls",
        body=newest,
        asked=asked,
        address_values={**asked, "q": q or None, "speaker": speaker or None},
        wanted=wanted,
        results=[(call, list(found)) for call, found in groupby(page.found, key=lambda found: found.call)],
        pieces=pieces,
        audible={recording_id for recording_id, of_one in places.items() if find_sound(of_one) is not None},
        more=write_place(page.after) if page.after else None,
        cursor=cursor,
        reasons=reasons,
        phrases=phrases,
    )


@api.get("/search", operation_id="searchWords", summary="発話を探す / search", response_model=SearchResults)
def read_search(
    store: StoreDep,
    report: ReportDep,
    visitor: VisitorDep,
    asked: Asked,
    q: Words = "",
    speaker: Speaker | Literal[""] = "",
    limit: Limit = PAGE,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """The same as JSON. A page may be short or empty and still have a next one: follow next_cursor until null."""
    page = _page(store, report, visitor, _wanted(asked, visitor, q, speaker), asked, cursor, limit)
    more = write_place(page.after) if page.after else None
    return {"items": [_plain(one) for one in page.found], "next_cursor": more}


def _wanted(asked: dict[str, Any], visitor: Visitor, q: str, speaker: Speaker | Literal[""]) -> Wanted:
    calls = call_filter(asked, visitor, is_masked=not hears_unmasked(visitor.user))
    return Wanted(calls, q, speaker or None)


def _page(
    store: Store, report: Body, visitor: Visitor, wanted: Wanted, asked: dict[str, Any], cursor: str | None, limit: int
) -> FoundPage:
    """One page, put on record by its filters and counts: the words looked for may be a customer's own."""
    after = read_place(cursor)
    if not wanted.asks_for_something:
        return FoundPage((), None)
    page = search(store, Pins.of_report(report), wanted, after=after, limit=limit)
    filters = {name: str(value) for name, value in asked.items()}
    counts = {"characters": len(wanted.text.strip()), "found": len(page.found)}
    note(visitor, "search.words", "calls", {**filters, **counts})
    return page


def _plain(found: Found) -> dict[str, Any]:
    call, sentence = found.call, found.sentence
    names = ("call_id", "recording_id", "started_at", "operator_id", "customer_id", "outcome")
    return {name: getattr(call, name) for name in names} | {
        "utterance": sentence.position,
        "speaker": sentence.speaker,
        "start_ms": sentence.start_ms,
        "text": sentence.text,
        "matches": [{"start": start, "end": end} for start, end in found.spans],
        "moments": [
            {"label": moment.label, "reaction": moment.reaction, "confidence": moment.confidence}
            for moment in sentence.moments
        ],
    }
