"""The sound of an analysed recording for listening: found again in the archive, checked to be the same, muted.

Nothing of the archive is changed; copies are kept under `data_dir`.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import permutations
from pathlib import Path

from pipeline.audio.legs import legs_sha256
from pipeline.audio.playback import Playback, Span, playback_copy, trim_copies
from pipeline.errors import ItemError
from pipeline.formats.read import is_transcript_file
from pipeline.nights.archive import hash_file, open_path
from pipeline.processes.workers import FULL
from pipeline.records import Transcript
from pipeline.settings import Settings

Place = tuple[str, str]  # archive, and path relative to it
GIB = 1 << 30


def find_sound(places: Sequence[Place]) -> Path | None:
    """The first of the places where a recording still lies inside its archive; its content is not read."""
    return next(_existing(places), None)


def muted_spans(transcript: Transcript) -> list[Span] | None:
    """When to be silent: the times of what was masked, else of its whole utterance; None if even that is unknown."""
    spans = []
    for masked in transcript.masked:
        start, end = masked.start_ms, masked.end_ms
        if masked.utterance < len(transcript.utterances):  # else the words are past their keeping period
            utterance = transcript.utterances[masked.utterance]
            start = utterance.start_ms if start is None else start
            end = utterance.end_ms if end is None else end
        if start is None or end is None:
            return None
        spans.append((start, end))
    return spans


def copies_in(settings: Settings) -> Path:
    """The folder of the copies; whatever lies there is made anew when it is wanted."""
    return settings.data_dir / "playback"


def keep_to_limit(settings: Settings) -> int:
    """Delete the copies that nobody wanted lately, as far as all take more than `playback.keep_gib`; how many."""
    return trim_copies(copies_in(settings), round(settings.playback.keep_gib * GIB))


def make_ahead(
    recording: Path, other_leg: Path | None, sha256: str, transcript: Transcript, settings: Settings
) -> Playback | None:
    """The copy of what was transcribed this moment, so that no listener has to wait for it; None if there is none.

    Raises `OSError` where the disk is full.
    """
    spans = muted_spans(transcript)
    if spans is None:
        return None
    try:
        return playback_copy(recording, sha256, spans, copies_in(settings), other_leg)
    except ItemError:
        return None
    except OSError as error:
        if error.errno in FULL:
            raise
        return None


def same_content(places: Sequence[Place], sha256: str) -> tuple[Path, ...]:
    """The file that holds the recording, or its operator's and customer's leg; nothing if neither is there.

    Raises `OSError` where a file cannot be read.
    """
    hashes = {}
    for path in _existing(places):
        facts = path.stat()
        hashes[path] = _sha256(path, facts.st_size, facts.st_mtime_ns)
        if hashes[path] == sha256:
            return (path,)
    return next((pair for pair in permutations(hashes, 2) if legs_sha256(*(hashes[p] for p in pair)) == sha256), ())


def is_recording(place: Place) -> bool:
    """Whether the file is one of sound, not a transcript that another program wrote."""
    return not is_transcript_file(Path(place[1]))


def _existing(places: Sequence[Place]) -> Iterator[Path]:
    for archive, relative in filter(is_recording, places):
        root = Path(archive)
        path = open_path(root, relative).resolve()
        if path.is_relative_to(root.resolve()) and path.is_file():
            yield path


@lru_cache(maxsize=256)
def _sha256(path: Path, size_bytes: int, modified_ns: int) -> str:  # size and time are part of the key
    return hash_file(path)
