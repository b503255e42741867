"""A transcript made elsewhere instead of transcribing: put right, masked and measured like our own."""

from dataclasses import replace
from pathlib import Path

from pipeline.errors import BadInput, ItemError, Reason
from pipeline.formats.read import read_transcript_file
from pipeline.formats.shapes import BrokenTranscript, UnreadableFile
from pipeline.records import FLAGS, AudioFacts, ModelInfo, Transcript, Utterance
from pipeline.settings import Settings
from pipeline.speech.acoustics import acoustics
from pipeline.speech.masking import masked_transcript
from pipeline.speech.reader import Reader
from pipeline.speech.weights import file_sha256

IMPORTED = "imported"  # note, and the name of the model, of a transcript that was not made here
CHARACTERS_PER_S = 20  # nobody speaks faster, nor begins more than an utterance a second for hours


def imported_transcript(path: Path, *, call_id: str, settings: Settings, reader: Reader) -> Transcript:
    """The transcript of a file that another program wrote, as the store takes it: personal data is masked here too.

    Of the file only the utterances and the length are taken. What else it says of itself (the words before a
    correction, the options that made it) may hold anything, and is no proof of how it was made or masked.

    Raises `ItemError`: IO_ERROR; NOT_TRANSCRIPT, with the place, where the file cannot be read as one; TOO_LONG where
    it holds more than can be said in `speech.max_hours`.
    """
    try:
        read = read_transcript_file(path)
    except UnreadableFile as error:
        raise ItemError(Reason.IO_ERROR, retryable=True) from error
    except BadInput as error:
        raise ItemError(Reason.NOT_TRANSCRIPT, error.place if isinstance(error, BrokenTranscript) else "") from error
    if _is_too_long(read, settings.speech.max_hours * 3600):
        raise ItemError(Reason.TOO_LONG)
    utterances, corrections = reader.correct([_said(utterance) for utterance in read.utterances])
    kind = path.suffix.lower().lstrip(".")
    heard = Transcript(
        call_id=call_id,
        audio=AudioFacts(_length_s(read), 0, 0, "", kind, None, None, notes=(IMPORTED,)),
        options={"imported": kind, "mask": settings.privacy.mask},
        model=ModelInfo(IMPORTED, kind, file_sha256(path)),
        utterances=tuple(utterances),
        corrections=tuple(corrections),
    )
    measured = replace(heard, acoustics=acoustics(heard, settings.acoustics, reader.reading))
    return masked_transcript(measured, settings.privacy, reader.find_names)


def _said(utterance: Utterance) -> Utterance:
    return replace(utterance, flags=tuple(flag for flag in utterance.flags if flag in FLAGS))


def _is_too_long(read: Transcript, longest_s: float) -> bool:
    characters = sum(len(u.text) for u in read.utterances)
    most_utterances, most_characters = longest_s, longest_s * CHARACTERS_PER_S
    return _length_s(read) > longest_s or len(read.utterances) > most_utterances or characters > most_characters


def _length_s(read: Transcript) -> float:
    """How long the call lasted: by its recording, which is not here, or to the last word; 0 if neither is told."""
    spoken_s = max((u.end_ms for u in read.utterances if u.end_ms is not None), default=0) / 1000
    return max(spoken_s, read.audio.duration_s if read.audio else 0.0)
