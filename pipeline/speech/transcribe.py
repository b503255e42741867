"""A recording to its transcript, top to bottom: decode, find speech, pack, recognise, cut, guard, mask."""

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import numpy as np

from models.voices.embedding import SHA256 as VOICES_SHA256
from phrases.entry import Word
from pipeline.audio.channels import check_channels
from pipeline.audio.decode import DecodedAudio
from pipeline.audio.legs import decode_call
from pipeline.records import Correction, ModelInfo, Speaker, Transcript, Utterance
from pipeline.settings import Settings, SpeechSettings
from pipeline.speech.acoustics import acoustics
from pipeline.speech.diarise import Told, tell_speakers
from pipeline.speech.guards import guard
from pipeline.speech.leak import LeakLimits, without_leaks
from pipeline.speech.masking import masked_transcript
from pipeline.speech.packing import Window, even_batches, pack
from pipeline.speech.reader import Reader
from pipeline.speech.recognise import Heard, Recogniser, RecogniserOptions
from pipeline.speech.speakers import channels_are_swapped, swap_speakers
from pipeline.speech.timing import Timed, untimed
from pipeline.speech.utterances import Spoken, to_utterances
from pipeline.speech.vad import FRAME, SAMPLE_RATE, Floats, Piece, VadOptions, cut_pieces, voice_probabilities

RECIPE = 11  # raised whenever the code changes what comes out for the same options
CONTEXT = SAMPLE_RATE // 4  # samples around a piece that the recogniser hears besides
LENGTHS_S = tuple(range(14, 22))  # seconds of a window, of which each call has the one that suits it
VAD = VadOptions()
UNHEARD_S = 1.0  # of pieces behind the last word; in less, mostly a はい, Whisper alone with it hears other words
BROKEN_OFF_S = 2.0  # of the piece in which the last word stands; a drawn-out ございます sounds on for 1.2 at most
EMPTY_S = 3.0  # speech this long without a single character is suspect
ESTIMATED = "estimated_speaker"  # flag of an utterance whose speaker was told by voice and wording, not by channel


def transcribe_recording(
    path: Path,
    *,
    call_id: str,
    recogniser: Recogniser,
    settings: Settings,
    other_leg: Path | None = None,
    reader: Reader | None = None,
    timed: Timed = untimed,
) -> Transcript:
    """The transcript of one recording. A plain function: no database, nothing kept between calls.

    With `other_leg`, `path` is the operator's side and `other_leg` the customer's (`pipeline.audio.legs`).
    `reader` (made once per process) puts names of the word list right, finds persons to mask, and counts morae.

    Raises `pipeline.errors.ItemError` where the recording cannot be read.
    """
    with timed("decode"):
        spool_dir = settings.data_dir / "spool"
        spool_dir.mkdir(parents=True, exist_ok=True)
        audio = decode_call(path, other_leg, max_hours=settings.speech.max_hours, spool_dir=spool_dir)
    # of two files the first is the operator's, whatever side the operator has in recordings of one
    speech = settings.speech if other_leg is None else settings.speech.model_copy(update={"operator_channel": 0})
    with audio:
        utterances, loudness = _hear(audio, recogniser, speech, timed)
        facts = replace(audio.facts, notes=audio.facts.notes + recogniser.take_notes())
    if "estimated_speakers" not in facts.notes and channels_are_swapped(utterances, speech.swap_lead):
        utterances = swap_speakers(utterances)
        facts = replace(facts, notes=(*facts.notes, "swapped_channels"))
    utterances.sort(key=lambda utterance: (utterance.start_ms or 0, utterance.channel or 0))
    corrections: tuple[Correction, ...] = ()
    if reader:
        utterances, corrections = reader.correct(utterances)
    options = speech_options(settings, reader.words if reader else ()) | (
        {"device": "cpu"} if recogniser.is_moved else {}
    )
    heard = Transcript(call_id, facts, recogniser.model, options, tuple(utterances), corrections=corrections)
    levels = {u.speaker: loudness[u.channel or 0] for u in utterances if (u.channel or 0) in loudness}
    figures = acoustics(heard, settings.acoustics, reader.reading if reader else None, levels)
    return masked_transcript(replace(heard, acoustics=figures), settings.privacy, reader.find_names if reader else None)


def _hear(
    audio: DecodedAudio, recogniser: Recogniser, options: SpeechSettings, timed: Timed
) -> tuple[list[Utterance], dict[int, float]]:
    """What is said on each channel, guarded, and how loud (dBFS); what was noticed is added to `audio.facts`."""
    with timed("vad"):
        channels = check_channels(audio)
        voice = {c: _voice(audio, c, recogniser) for c in channels}
        pieces = _pieces(audio, voice, LeakLimits(options.leak_db, options.leak_likeness))
    windows = pack(
        [pieces[c] for c in channels],
        context=CONTEXT,
        samples=audio.samples,
        lengths=[seconds * SAMPLE_RATE for seconds in LENGTHS_S],
        batch=recogniser.options.batch_s * SAMPLE_RATE,
    )
    spoken = _recognise(audio, windows, recogniser, timed)
    told = None
    if options.diarise and (lone := _lone_channel(audio, channels)) is not None:
        with timed("speakers"):
            told = tell_speakers(spoken[lone], partial(audio.read, lone))
    found = [u for c in channels for u in _utterances(pieces[c], spoken[c], _speaker(c, channels, options))]
    if told:
        found = [*_estimated(told), *(replace(u, speaker="unknown") for u in found if not u.text)]
    notes = {"estimated_speakers": told is not None, "unknown_speakers": told is None and len(channels) == 1}
    audio.facts = replace(audio.facts, notes=audio.facts.notes + tuple(note for note, holds in notes.items() if holds))
    guarded = [guard(utterance, partial(_peak, voice[utterance.channel or 0])) for utterance in found]
    levels = {c: _dbfs(audio, pieces[c]) for c in channels if len(channels) > 1 and not told}
    return guarded, {c: level for c, level in levels.items() if level is not None}


def _lone_channel(audio: DecodedAudio, channels: Sequence[int]) -> int | None:
    """The channel on which both may be heard: of a mono recording, or of one that was laid on one side of two."""
    sounding = [c for c in channels if f"silent_channel_{c}" not in audio.facts.notes]
    return sounding[0] if len(sounding) == 1 else None


def _estimated(told: Told) -> Iterator[Utterance]:
    """What either says, each utterance marked: the speaker was told by voice and wording, not by channel."""
    for who, parts in told.items():
        for utterance in to_utterances(parts, who):
            yield replace(utterance, flags=(*utterance.flags, ESTIMATED))


def speech_options(settings: Settings, words: Sequence[Word] = ()) -> dict[str, object]:
    """Everything but the weights and the recording that changes the transcript, as plain JSON values."""
    listed = json.dumps([asdict(word) for word in words], sort_keys=True)
    return {
        "recipe": RECIPE,
        "device": settings.speech.device,
        "compute_type": settings.speech.compute_type,
        "operator_channel": settings.speech.operator_channel,
        "voices": VOICES_SHA256[:12] if settings.speech.diarise else None,
        "context_ms": CONTEXT * 1000 // SAMPLE_RATE,
        "window_s": list(LENGTHS_S),
        "vad": asdict(VAD),
        "recogniser": asdict(RecogniserOptions()) | {"hotwords": settings.speech.hotwords},
        "words": hashlib.sha256(listed.encode()).hexdigest()[:12] if words else None,
        "mask": settings.privacy.mask,
        **_changed_thresholds(settings.speech),
    }


def _changed_thresholds(options: SpeechSettings) -> dict[str, float]:
    """Thresholds of leak and swap other than the default, which must not have an archive transcribed again."""
    fields = SpeechSettings.model_fields
    told = {name: getattr(options, name) for name in ("leak_db", "leak_likeness", "swap_lead")}
    return {name: value for name, value in told.items() if value != fields[name].default}


def speech_fingerprint(settings: Settings, model: ModelInfo, words: Sequence[Word] = ()) -> str:
    """A stable name of options and weights: a recording is transcribed once for each.

    Words are part of it where the recogniser is told them. Corrections alone are not: a word more would have the whole
    archive transcribed again, and the matching knows the word list too.
    """
    heard_by = words if settings.speech.hotwords else ()
    told = json.dumps([speech_options(settings, heard_by), model.sha256], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _voice(audio: DecodedAudio, channel: int, recogniser: Recogniser) -> Floats:
    def read(start: int, stop: int) -> Floats:
        return audio.read(channel, start, stop)

    return voice_probabilities(read, audio.samples, recogniser.voice_probabilities)


def _pieces(audio: DecodedAudio, voice: Mapping[int, Floats], limits: LeakLimits) -> dict[int, list[Piece]]:
    """Speech of each channel, without what only leaks over from the other one."""
    pieces = {c: cut_pieces(voice[c], c, audio.samples, VAD) for c in voice}
    if len(pieces) < 2:
        return pieces
    return {c: without_leaks(pieces[c], pieces[1 - c], audio.read_all, limits) for c in pieces}


def _dbfs(audio: DecodedAudio, pieces: Sequence[Piece]) -> float | None:
    """Root mean square of the speech of a channel, relative to full scale."""
    power, samples = 0.0, 0
    for piece in pieces:
        sound = audio.read(piece.channel, piece.start, piece.stop)
        power += float(np.dot(sound, sound))
        samples += piece.length
    return round(10 * math.log10(power / samples), 1) if samples and power > 0 else None


def _peak(voice: Floats, start_ms: int, stop_ms: int) -> float:
    first, last = (ms * SAMPLE_RATE // 1000 // FRAME for ms in (start_ms, stop_ms))
    return float(voice[first : last + 1].max())


def _speaker(channel: int, channels: Sequence[int], options: SpeechSettings) -> Speaker:
    if len(channels) == 1:
        return "unknown"
    return "operator" if channel == options.operator_channel else "customer"


def _recognise(
    audio: DecodedAudio, windows: Sequence[Window], recogniser: Recogniser, timed: Timed
) -> dict[int, list[Spoken]]:
    """What was said on each channel; one batch of windows of like length in memory at a time.

    Now and then Whisper ends after the first sentences of a window, mostly where the next is another voice, louder or
    fainter. What stands behind is a window of its own then, and so on: no speech is left unheard without a word.
    """
    spoken: dict[int, list[Spoken]] = defaultdict(list)
    while windows:
        windows = sorted(windows, key=lambda window: window.length)
        unheard: list[Window] = []
        for batch in even_batches(windows, recogniser.options.batch_s * SAMPLE_RATE):
            heard = recogniser.recognise([_sound(audio, window) for window in batch], timed)
            for window, parts in zip(batch, heard, strict=True):
                placed = list(_placed(window, parts))
                spoken[window.pieces[0].channel] += placed
                unheard += _unheard(window, placed)
        windows = unheard
    return spoken


def _placed(window: Window, parts: Sequence[Heard]) -> Iterator[Spoken]:
    """What was heard in a window, where it was said in the recording."""
    index = 0
    for part in parts:
        start, stop = (round(s * SAMPLE_RATE) for s in (part.start_s, part.end_s))
        if any(map(str.isalnum, part.text)):  # a mark belongs to the word before it
            index = window.piece_ending_at(stop)
        begin, end = window.original(index, start), window.original(index, stop)
        yield Spoken(window.pieces[index], part.text, begin, end, part.probability)


def _unheard(window: Window, placed: Sequence[Spoken]) -> Iterator[Window]:
    """The speech behind the last word that was heard, if there is enough of it to hold another."""
    words = [part for part in placed if any(map(str.isalnum, part.text))]
    if not words:
        return  # nothing at all was heard: asking again would hear nothing again
    last = words[-1]
    index = window.pieces.index(last.piece)
    has_moved = last.stop - window.pieces[0].start >= UNHEARD_S * SAMPLE_RATE
    if last.piece.stop - last.stop >= BROKEN_OFF_S * SAMPLE_RATE and has_moved:
        yield window.rest(index, last.stop)
    elif sum(piece.length for piece in window.pieces[index + 1 :]) >= UNHEARD_S * SAMPLE_RATE:
        yield window.rest(index + 1)


def _sound(audio: DecodedAudio, window: Window) -> Floats:
    sound = np.zeros(window.length, np.float32)
    for piece, (start, stop), offset in zip(window.pieces, window.spans, window.offsets, strict=True):
        sound[offset : offset + stop - start] = audio.read(piece.channel, start, stop)
    return sound


def _utterances(pieces: Sequence[Piece], spoken: Sequence[Spoken], speaker: Speaker) -> Iterator[Utterance]:
    """What was recognised, and as empty utterances speech of some length in which nothing was."""
    yield from to_utterances(spoken, speaker)
    heard = {part.piece for part in spoken}
    for piece in pieces:
        if piece not in heard and piece.length >= EMPTY_S * SAMPLE_RATE:
            start_ms, end_ms = (sample * 1000 // SAMPLE_RATE for sample in (piece.start, piece.stop))
            yield Utterance(speaker=speaker, text="", channel=piece.channel, start_ms=start_ms, end_ms=end_ms)
