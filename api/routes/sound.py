"""The sound of a recording and its wave form, for the player of the call page."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import FileResponse

from api.access import Visitor, VisitorDep, note
from api.deps import Body, ReportDep, StoreDep
from api.errors import NO_CALL, NO_SOUND
from pipeline.audio.playback import Playback
from pipeline.settings import Settings
from pipeline.sound import sound_of
from pipeline.store.calls import read_call, recording_by_id
from pipeline.store.connect import Store
from pipeline.store.pages import Pins

pages = APIRouter()
api = APIRouter()

RecordingId = Annotated[int, Path(ge=1, lt=2**63)]


@pages.get("/sound/{recording_id}")
def play(
    request: Request, store: StoreDep, report: ReportDep, visitor: VisitorDep, recording_id: RecordingId
) -> FileResponse:
    """Ogg Opus, both channels, personal data muted; parts of it by Range."""
    made = _made(request, store, report, visitor, recording_id)
    if request.headers.get("range", "bytes=0-").startswith("bytes=0-"):  # the further parts belong to the same hearing
        note(store, visitor, "sound.play", str(recording_id))
    return FileResponse(made.audio, media_type="audio/ogg")


@pages.get("/sound/{recording_id}/peaks")
def draw(
    request: Request, store: StoreDep, report: ReportDep, visitor: VisitorDep, recording_id: RecordingId
) -> FileResponse:
    """`{"duration_s", "per_second", "peaks"}`, see `pipeline.audio.playback`."""
    made = _made(request, store, report, visitor, recording_id)
    return FileResponse(made.peaks, media_type="application/json")


def _made(request: Request, store: Store, report: Body, visitor: Visitor, recording_id: int) -> Playback:
    pins = Pins.of_report(report)
    settings: Settings = request.app.state.settings
    with store.reading() as connection:
        call = recording_by_id(connection, pins, recording_id, visitor.reach.within)
        if call is None:
            raise NO_CALL
        detail = read_call(connection, pins, call)
    made = sound_of(detail.places, detail.sha256, detail.transcript, settings)
    if made is None:
        raise NO_SOUND
    return made
