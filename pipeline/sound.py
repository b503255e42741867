"""The sound of an analysed recording for listening: found again in the archive, checked to be the same, muted.

Nothing of the archive is changed; copies are kept under `data_dir`.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock

from pipeline.archive import hash_file
from pipeline.audio.playback import Playback, Span, playback_copy
from pipeline.errors import ItemError
from pipeline.records import Transcript

Place = tuple[str, str]  # archive, and path relative to it
_one_at_a_time = Lock()  # decoding takes a core for a second; listeners must not take them all


def find_sound(places: Sequence[Place]) -> Path | None:
    """The first of the places where a file still lies inside its archive; its content is not read."""
    for archive, relative in places:
        root = Path(archive)
        path = (root / relative).resolve()
        if path.is_relative_to(root.resolve()) and path.is_file():
            return path
    return None


def muted_spans(transcript: Transcript) -> list[Span] | None:
    """When to be silent: the times of what was masked, else of its whole utterance; None if even that is unknown."""
    spans = []
    for masked in transcript.masked:
        utterance = transcript.utterances[masked.utterance]
        start = utterance.start_ms if masked.start_ms is None else masked.start_ms
        end = utterance.end_ms if masked.end_ms is None else masked.end_ms
        if start is None or end is None:
            return None
        spans.append((start, end))
    return spans


def sound_of(places: Sequence[Place], sha256: str, transcript: Transcript, cache: Path) -> Playback | None:
    """A muted copy to play; None where the file is gone, holds something else by now, or cannot be muted or read."""
    path, spans = find_sound(places), muted_spans(transcript)
    if path is None or spans is None:
        return None
    try:
        facts = path.stat()
        if _sha256(path, facts.st_size, facts.st_mtime_ns) != sha256:
            return None
        with _one_at_a_time:
            return playback_copy(path, sha256, spans, cache)
    except (OSError, ItemError):
        return None


@lru_cache(maxsize=256)
def _sha256(path: Path, size_bytes: int, modified_ns: int) -> str:  # size and time are part of the key
    return hash_file(path)
