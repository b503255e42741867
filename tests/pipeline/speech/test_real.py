"""With the real weights: what is said is heard, at its time, and nothing is heard where nothing is said."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from models.evaluation.asr import character_error_rate
from pipeline.audio.decode import decode
from pipeline.settings import Settings
from pipeline.speech.accuracy import read_truths, recording_of, spoken_text
from pipeline.speech.recognise import Recogniser, load_recogniser
from pipeline.speech.transcribe import transcribe_recording
from tests.pipeline.audio.making import Sound, write_wav

SHIPPED = Path(__file__).parents[3] / "pipeline" / "demo" / "recordings"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data_dir=tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def recogniser(settings: Settings) -> Iterator[Recogniser]:
    yield load_recogniser(settings.speech, settings.data_dir)


def shortest() -> tuple[Path, Path]:
    """The shortest shipped recording and its truth file."""
    truths = sorted(SHIPPED.glob("*.truth.json"), key=lambda path: json.loads(path.read_text("utf-8"))["duration"])
    call_id = truths[0].name.removesuffix(".truth.json")
    return next(path for path in SHIPPED.glob(f"{call_id}.*") if path != truths[0]), truths[0]


def test_shipped_recording_is_heard_twice_the_same_at_the_right_times(
    recogniser: Recogniser, settings: Settings
) -> None:
    recording, truth_path = shortest()
    transcript = transcribe_recording(recording, call_id="a", recogniser=recogniser, settings=settings)
    assert transcript == transcribe_recording(recording, call_id="a", recogniser=recogniser, settings=settings)
    truth = next(truth for truth in read_truths(SHIPPED) if recording_of(truth, SHIPPED) == recording)
    heard = spoken_text(transcript, truth.operator_channel)
    assert character_error_rate(truth.text["operator"], heard["operator"]) < 0.35
    assert character_error_rate(truth.text["customer"], heard["customer"]) < 0.45
    said = [(s["start"], s["end"]) for s in json.loads(truth_path.read_text("utf-8"))["sentences"]]
    for utterance in transcript.utterances:
        assert utterance.start_ms is not None
        assert any(start - 1.5 <= utterance.start_ms / 1000 <= end + 1.5 for start, end in said)


def music(seconds: float) -> Sound:
    """A melody of plucked notes: what a caller hears on hold."""
    t = np.arange(int(seconds * 8000)) / 8000
    notes = (262, 330, 392, 523, 440, 349, 294, 494)
    frequency = np.array([notes[(int(x * 2) * 5) % 8] for x in t])
    since = t % 0.5
    tone = sum(np.sin(2 * np.pi * frequency * h * since) / h for h in (1, 2, 3)) * np.exp(-3 * since)
    return np.asarray(np.stack([tone, np.roll(tone, 4000)], axis=1) * 0.2, dtype=np.float32)


def noise(seconds: float, level: float) -> Sound:
    rng = np.random.default_rng(0)
    return np.asarray(rng.normal(0, level, (int(seconds * 8000), 2)), dtype=np.float32)


@pytest.mark.parametrize(
    "sound",
    [noise(60, 0), noise(60, 0.003), noise(60, 0.1), music(60), noise(60, 0.002) + np.float32(0.3)],
    ids=["silence", "line noise", "loud noise", "hold music", "direct current"],
)
def test_nothing_is_invented_where_nobody_speaks(
    recogniser: Recogniser, settings: Settings, tmp_path: Path, sound: Sound
) -> None:
    path = write_wav(tmp_path / "a.wav", sound)
    transcript = transcribe_recording(path, call_id="a", recogniser=recogniser, settings=settings)
    assert [u for u in transcript.utterances if u.is_trusted] == []


def test_swapped_recording_is_put_right_and_says_so(recogniser: Recogniser, settings: Settings) -> None:
    recording, _ = shortest()
    wrong = settings.model_copy(update={"speech": settings.speech.model_copy(update={"operator_channel": 1})})
    transcript = transcribe_recording(recording, call_id="a", recogniser=recogniser, settings=wrong)
    assert transcript.audio is not None
    assert "swapped_channels" in transcript.audio.notes
    assert {u.speaker for u in transcript.utterances if u.channel == 0} == {"operator"}


def test_side_tone_is_not_credited_twice(recogniser: Recogniser, settings: Settings, tmp_path: Path) -> None:
    recording, _ = shortest()
    with decode(recording) as audio:
        both = audio.read_all(0, audio.samples)[::2]  # 8 kHz
    leaking = write_wav(tmp_path / "a.wav", both + 0.1 * np.roll(both[:, ::-1], 20, axis=0))
    truth = next(truth for truth in read_truths(SHIPPED) if recording_of(truth, SHIPPED) == recording)
    transcript = transcribe_recording(leaking, call_id="a", recogniser=recogniser, settings=settings)
    heard = spoken_text(transcript, truth.operator_channel)
    for speaker, text in truth.text.items():
        assert character_error_rate(text, heard[speaker]) < 0.5


def test_second_of_speech_is_no_failure(recogniser: Recogniser, settings: Settings, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", noise(1, 0.01))
    transcript = transcribe_recording(path, call_id="a", recogniser=recogniser, settings=settings)
    assert transcript.audio is not None
    assert transcript.audio.duration_s == 1.0


def test_windows_encoded_one_by_one_are_the_batch_to_the_bit(recogniser: Recogniser) -> None:
    batch = np.random.default_rng(0).normal(size=(3, 80, 300)).astype(np.float32)
    assert np.array_equal(np.asarray(recogniser._whisper.encode(batch)), np.asarray(recogniser._encode(batch)))
