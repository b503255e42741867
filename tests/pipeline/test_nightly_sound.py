"""The night makes the copies for listeners where it is asked to, and what is there already is not made again."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.audio.playback import copy_in_cache
from pipeline.errors import ExitCode
from pipeline.playing.sound import copies_in
from pipeline.records import AudioFacts, ModelInfo, Transcript, Utterance
from pipeline.settings import PlaybackSettings
from pipeline.speech.work import TranscribeTask
from tests.pipeline import fake_speech
from tests.pipeline.audio.making import speechlike, write_wav
from tests.pipeline.centre import QUICK, Centre

CALLS = "a,2026-10-01 10:00,OP-1,a.wav,\n"


def hears_one_word(task: TranscribeTask) -> Transcript:
    """Runs in the worker."""
    said = (Utterance("operator", "はい。", start_ms=0, end_ms=500),)
    return Transcript(
        task.call_id, AudioFacts(2.0, 2, 8000, "x", "wav", 2.0, 1.0), ModelInfo("x", "1", "0" * 64), {}, said
    )


@pytest.fixture
def sounding(centre: Centre) -> Centre:
    recording = centre.archive / "a.wav"
    recording.parent.mkdir(parents=True, exist_ok=True)
    write_wav(recording, speechlike(2))
    return replace(centre, recognition=replace(QUICK, start=fake_speech.start, transcribe=hears_one_word))


def content(recording: Path) -> str:
    return hashlib.sha256(recording.read_bytes()).hexdigest()


def test_night_that_is_asked_leaves_a_copy_ready_to_be_played(sounding: Centre) -> None:
    asked = sounding.with_settings(playback=PlaybackSettings(nightly=True))
    assert asked.night(CALLS) is ExitCode.DONE
    assert copy_in_cache(content(asked.archive / "a.wav"), [], copies_in(asked.settings)) is not None


def test_night_that_is_not_asked_makes_none(sounding: Centre) -> None:
    assert sounding.night(CALLS) is ExitCode.DONE
    assert not copies_in(sounding.settings).exists()


def test_copies_beyond_the_limit_go(sounding: Centre) -> None:
    asked = sounding.with_settings(playback=PlaybackSettings(nightly=True, keep_gib=1e-9))
    asked.night(CALLS)
    write_wav(asked.archive / "b.wav", speechlike(1))
    asked.night(CALLS + "b,2026-10-01 11:00,OP-1,b.wav,\n")
    assert copy_in_cache(content(asked.archive / "a.wav"), [], copies_in(asked.settings)) is None
