"""B7, B8 with the real weights: where nobody speaks nothing is said, tagged or counted, however long it lasts."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from phrases.files import load_starter
from pipeline.audio.decode import decode
from pipeline.records import Transcript
from pipeline.settings import Settings
from pipeline.speech.recognise import Recogniser, load_recogniser
from pipeline.speech.transcribe import transcribe_recording
from pipeline.text.tagger import Tagger, load_tagger
from tests.pipeline.audio.making import RATE, Sound, write_wav

SHIPPED = Path(__file__).parents[3] / "pipeline" / "demo" / "recordings"
HOUR = 3600
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data_dir=tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def recogniser(settings: Settings) -> Iterator[Recogniser]:
    yield load_recogniser(settings.speech, settings.data_dir)


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return load_tagger(load_starter())


def melody(seconds: float, seed: int) -> Sound:
    """Plucked notes over chords, as a caller hears them on hold: shape (samples, 1)."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * RATE)) / RATE
    beat = (t * 2).astype(int)
    notes = rng.choice([262, 294, 330, 392, 440, 523], int(seconds * 2) + 1)[beat]
    chord = rng.choice([131, 147, 165, 196], int(seconds / 2) + 1)[beat // 4]
    since = t % 0.5
    pluck = sum(np.sin(2 * np.pi * notes * h * since) / h for h in (1, 2, 3)) * np.exp(-3 * since)
    pad = sum(np.sin(2 * np.pi * chord * h * t) for h in (1, 1.25, 1.5)) * (0.6 + 0.4 * np.sin(2 * np.pi * 0.2 * t))
    return np.asarray(0.15 * pluck + 0.05 * pad, np.float32)[:, None]


def noise(seconds: float, level: float, seed: int = 0) -> Sound:
    """White noise: shape (samples, 1)."""
    return np.random.default_rng(seed).normal(0, level, (int(seconds * RATE), 1)).astype(np.float32)


def conversation() -> Sound:
    """A shipped call: shape (samples, 2), 8 kHz."""
    with decode(SHIPPED / "accounting-1.wav") as audio:
        return audio.read_all(0, audio.samples)[::2]


def heard(sound: Sound, folder: Path, recogniser: Recogniser, settings: Settings) -> Transcript:
    path = write_wav(folder / "a.wav", sound, subtype="ULAW")
    return transcribe_recording(path, call_id="a", recogniser=recogniser, settings=settings)


def assert_says_nothing(transcript: Transcript, tagger: Tagger) -> None:
    assert [u for u in transcript.utterances if u.is_trusted] == []
    tags, moments = tagger.read(transcript)
    assert (tags, moments) == ((), ())


@pytest.mark.parametrize(
    "sound",
    [
        np.concatenate([noise(HOUR, 0.003), melody(HOUR, 1)], axis=1),
        np.concatenate([np.zeros((HOUR * RATE, 1), np.float32), noise(HOUR, 0.05)], axis=1),
    ],
    ids=["line noise and hold music", "silence and loud noise"],
)
def test_b7_an_hour_in_which_nobody_speaks_has_no_tag_and_no_phrase(
    sound: Sound, tmp_path: Path, recogniser: Recogniser, settings: Settings, tagger: Tagger
) -> None:
    assert_says_nothing(heard(sound, tmp_path, recogniser, settings), tagger)


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros((60 * RATE, 2), np.float32),
        np.zeros((60 * RATE, 1), np.float32),
        noise(60, 0.002).repeat(2, axis=1) + np.float32(0.4),
        np.clip(noise(60, 3.0), -1, 1).repeat(2, axis=1),
        melody(60, 7),
    ],
    ids=["both silent", "mono silent", "direct current", "clipped noise", "mono music"],
)
def test_b7_nothing_is_invented(
    sound: Sound, tmp_path: Path, recogniser: Recogniser, settings: Settings, tagger: Tagger
) -> None:
    assert_says_nothing(heard(sound, tmp_path, recogniser, settings), tagger)


def test_b7_a_silent_channel_is_reported_and_the_other_is_heard(
    tmp_path: Path, recogniser: Recogniser, settings: Settings
) -> None:
    sound = conversation()[: 60 * RATE]
    sound[:, 1] = 0.3  # direct current alone
    transcript = heard(sound, tmp_path, recogniser, settings)
    assert transcript.audio is not None and "silent_channel_1" in transcript.audio.notes
    assert {u.speaker for u in transcript.utterances} == {"operator"}
    assert sum(len(u.text) for u in transcript.utterances if u.is_trusted) > 100


def test_b7_clipped_speech_on_direct_current_is_still_heard(
    tmp_path: Path, recogniser: Recogniser, settings: Settings
) -> None:
    sound = np.clip(conversation()[: 60 * RATE] * 8, -0.6, 0.6) + np.float32(0.2)
    transcript = heard(sound, tmp_path, recogniser, settings)
    assert sum(len(u.text) for u in transcript.utterances if u.is_trusted) > 100


def test_b7_hold_music_is_nobodys_talk(tmp_path: Path, recogniser: Recogniser, settings: Settings) -> None:
    """A minute of music on the operator's channel in mid-call changes the talk ratio by less than two per cent."""
    sound = conversation()[: 60 * RATE]
    held = melody(60, 3)
    pause = np.concatenate([held, np.zeros_like(held)], axis=1)
    with_music = np.concatenate([sound[: 30 * RATE], pause, sound[30 * RATE :]])
    plain = heard(sound, tmp_path, recogniser, settings).acoustics
    music = heard(with_music, tmp_path, recogniser, settings).acoustics
    assert plain is not None and plain.talk_ratio is not None
    assert music is not None and music.talk_ratio is not None
    assert abs(plain.talk_ratio - music.talk_ratio) < 0.02


def test_b6_a_second_is_done_and_has_nothing_to_count(
    tmp_path: Path, recogniser: Recogniser, settings: Settings, tagger: Tagger
) -> None:
    transcript = heard(noise(1, 0.01).repeat(2, axis=1), tmp_path, recogniser, settings)
    assert transcript.audio is not None and transcript.audio.duration_s == 1.0
    assert_says_nothing(transcript, tagger)


def test_b8_a_mono_call_is_told_apart_and_says_that_it_is_an_estimate(
    tmp_path: Path, recogniser: Recogniser, settings: Settings
) -> None:
    transcript = heard(conversation().mean(axis=1, keepdims=True), tmp_path, recogniser, settings)
    assert transcript.audio is not None and transcript.audio.notes == ("mono", "estimated_speakers")
    said = [u for u in transcript.utterances if u.text]
    assert {u.speaker for u in said} == {"operator", "customer"}
    assert all("estimated_speaker" in u.flags for u in said)


def test_b8_a_mix_laid_on_one_side_of_two_is_told_apart_too(
    tmp_path: Path, recogniser: Recogniser, settings: Settings
) -> None:
    """Else everything the customer says would be credited to the operator."""
    mixed = conversation().mean(axis=1, keepdims=True)
    transcript = heard(np.concatenate([mixed, np.zeros_like(mixed)], axis=1), tmp_path, recogniser, settings)
    assert transcript.audio is not None
    assert transcript.audio.notes == ("silent_channel_1", "estimated_speakers")
    assert {u.speaker for u in transcript.utterances if u.text} == {"operator", "customer"}


def test_b8_a_mono_call_has_unknown_speakers_where_telling_is_switched_off(
    tmp_path: Path, recogniser: Recogniser, settings: Settings
) -> None:
    plain = settings.model_copy(update={"speech": settings.speech.model_copy(update={"diarise": False})})
    transcript = heard(conversation()[: 30 * RATE].mean(axis=1, keepdims=True), tmp_path, recogniser, plain)
    assert transcript.audio is not None and transcript.audio.notes == ("mono", "unknown_speakers")
    assert {u.speaker for u in transcript.utterances} == {"unknown"}
