"""Recordings for measuring come from scripts, each sentence at the time its truth says, and all of them ship."""

import json
import zlib
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio.decode import SAMPLE_RATE, decode
from pipeline.speech.accuracy import read_truths, recording_of
from pipeline.speech.benchmark import SHIPPED
from pipeline.speech.speak import RATE, Script, Sound, read_scripts, speak

RECORDINGS = SHIPPED[1]
SCRIPTS = list(read_scripts((RECORDINGS / "scripts.txt").read_text(encoding="utf-8")))
LARGEST_BYTES = 3 << 20


def hum(text: str, speaker: str) -> Sound:
    """A tenth of a second per character, of another pitch for either speaker."""
    pitch = 440 if speaker == "operator" else 660
    return np.sin(2 * np.pi * pitch * np.arange(len(text) * RATE // 10) / RATE)


def test_script_is_read_by_turns_and_sentences() -> None:
    text = "台本\n\n== a-1 業種 | 用件\nO はい。承ります。\nC あの、すいません\n"
    assert list(read_scripts(text)) == [
        Script("a-1", "業種", "用件", (("operator", ("はい。", "承ります。")), ("customer", ("あの、すいません",))))
    ]


def test_recording_sounds_on_the_speakers_side_at_the_time_of_the_truth(tmp_path: Path) -> None:
    script = Script("a-1", "業種", "用件", (("operator", ("お電話ありがとうございます。",)), ("customer", ("はい。",))))
    speak(script, hum, tmp_path)
    truth = json.loads((tmp_path / "a-1.truth.json").read_text(encoding="utf-8"))
    assert [s["text"] for s in truth["sentences"]] == ["お電話ありがとうございます。", "はい。"]
    with decode(tmp_path / "a-1.ogg") as audio:
        assert audio.facts.duration_s == pytest.approx(truth["duration"], abs=0.02)
        sound = audio.read_all(0, audio.samples)
    for sentence in truth["sentences"]:
        middle = round((sentence["start"] + sentence["end"]) / 2 * SAMPLE_RATE)
        near = np.abs(sound[middle - 800 : middle + 800]).max(axis=0)
        own = 0 if sentence["speaker"] == "operator" else 1
        assert near[own] > 0.15 > 3 * near[1 - own]


def test_same_script_gives_the_same_recording(tmp_path: Path) -> None:
    for made in (tmp_path / "a", tmp_path / "b"):
        made.mkdir()
        speak(SCRIPTS[0], hum, made)
    truths = [(tmp_path / folder / f"{SCRIPTS[0].call_id}.truth.json").read_bytes() for folder in "ab"]
    assert truths[0] == truths[1]
    sounds = []
    for folder in "ab":
        with decode(tmp_path / folder / f"{SCRIPTS[0].call_id}.ogg") as audio:
            sounds.append(zlib.crc32(audio.read_all(0, audio.samples).tobytes()))
    assert sounds[0] == sounds[1]


def test_every_script_has_its_recording_and_truth_and_nothing_is_left_over() -> None:
    truths = {truth.call_id: truth for truth in read_truths(RECORDINGS)}
    assert len(truths) >= 16
    assert {path.stem for path in RECORDINGS.glob("*.ogg")} == truths.keys()
    for script in SCRIPTS:
        truth = truths.pop(script.call_id)
        assert recording_of(truth, RECORDINGS).name == f"{script.call_id}.ogg"
        for role in ("operator", "customer"):
            said = "".join(text for speaker, texts in script.turns for text in texts if speaker == role)
            assert truth.text[role] == said
    assert truths == {}


def test_recordings_stay_small() -> None:
    assert sum(path.stat().st_size for path in RECORDINGS.iterdir()) < LARGEST_BYTES
