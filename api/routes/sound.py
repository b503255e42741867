"""The sound of a recording and its wave form, for the player of the call page."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import FileResponse, Response, StreamingResponse

from api.access import Visitor, VisitorDep, note
from api.deps import Body, ReportDep, StoreDep
from api.errors import BUSY_SOUND, CHANGED_SOUND, NO_CALL, NO_SOUND
from api.live_sound import live_answer, live_peaks
from api.streams import StreamPlace
from pipeline.audio.live import Live
from pipeline.audio.playback import Playback
from pipeline.playing.listening import Listening, TooMany, tag
from pipeline.store.calls import read_call, recording_by_id
from pipeline.store.connect import Store
from pipeline.store.pages import Pins

pages = APIRouter()
api = APIRouter()

RecordingId = Annotated[int, Path(ge=1, lt=2**63)]


@pages.get("/sound/{recording_id}")
def play(
    request: Request,
    store: StoreDep,
    report: ReportDep,
    visitor: VisitorDep,
    recording_id: RecordingId,
    _place: StreamPlace,
) -> Response:
    """Both channels, personal data muted; parts of it by Range. Ogg Opus, or WAV while that is being made."""
    further = not request.headers.get("range", "bytes=0-").startswith("bytes=0-")
    heard = _heard(request, store, report, visitor, recording_id, further=further)
    if request.headers.get("if-match", "*") not in ("*", tag(heard)):
        raise CHANGED_SOUND
    if not further:
        note(visitor, "sound.play", str(recording_id))
    if isinstance(heard, Live):
        return live_answer(request, heard, tag(heard))
    return FileResponse(heard.audio, media_type="audio/ogg", headers={"ETag": tag(heard)})


@pages.get("/sound/{recording_id}/peaks")
def draw(
    request: Request,
    store: StoreDep,
    report: ReportDep,
    visitor: VisitorDep,
    recording_id: RecordingId,
    _place: StreamPlace,
) -> Response:
    """`{"duration_s", "per_second", "peaks"}`, see `pipeline.audio.playback`."""
    heard = _heard(request, store, report, visitor, recording_id, further=True)
    if isinstance(heard, Live):
        return StreamingResponse(live_peaks(heard), media_type="application/json")
    return FileResponse(heard.peaks, media_type="application/json")


def _heard(
    request: Request, store: Store, report: Body, visitor: Visitor, recording_id: int, *, further: bool
) -> Playback | Live:
    pins = Pins.of_report(report)
    listening: Listening = request.app.state.listening
    with store.reading() as connection:
        call = recording_by_id(connection, pins, recording_id, visitor.reach.within)
        if call is None:
            raise NO_CALL
        detail = read_call(connection, pins, call)
    going_on = request.headers.get("if-match") or request.headers.get("if-range") or ""
    try:
        heard = listening.hear(
            detail.places, detail.sha256, detail.transcript, visitor.user.name, further=further, going_on=going_on
        )
    except TooMany:
        raise BUSY_SOUND from None
    if heard is None:
        raise NO_SOUND
    return heard
