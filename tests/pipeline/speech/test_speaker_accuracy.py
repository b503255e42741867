"""Errors in who speaks are counted as one would by hand, on a drawn time line."""

import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio.decode import SAMPLE_RATE
from pipeline.records import AudioFacts, Speaker, Transcript, Utterance
from pipeline.settings import Settings
from pipeline.speech.speaker_accuracy import attribute, evaluate_speakers, spoken_by, twice_credited, with_leak
from tests.pipeline.audio.making import speechlike, write_wav

FACTS = AudioFacts(20.0, 2, 8000, "pcm", "wav", 20.0, 1.0)
SENTENCES = (("operator", 0.0, 4.0), ("customer", 5.0, 7.0), ("operator", 8.0, 10.0))


def truth(folder: Path, call_id: str = "c") -> Path:
    sentences = [{"speaker": who, "start": start, "end": end, "text": "はい"} for who, start, end in SENTENCES]
    path = folder / f"{call_id}.truth.json"
    path.write_text(json.dumps({"operator_channel": 0, "sentences": sentences}), encoding="utf-8")
    return path


def said(who: Speaker, start_ms: int, end_ms: int, channel: int = 0, text: str = "はい。") -> Utterance:
    return Utterance(who, text, channel, start_ms, end_ms)


def transcript(*utterances: Utterance, notes: tuple[str, ...] = ()) -> Transcript:
    return Transcript("c", FACTS, None, {}, utterances)


def test_time_and_utterances_are_credited_right_wrong_or_to_nobody(tmp_path: Path) -> None:
    found = attribute(
        transcript(said("operator", 0, 4000), said("operator", 5000, 7000), said("unknown", 8000, 10_000)),
        spoken_by(truth(tmp_path)),
    )
    assert (found.right_ms, found.wrong_ms, found.unknown_ms) == (4000, 2000, 2000)
    assert found.utterances == {"operator": 2, "customer": 1}
    assert found.right == {"operator": 1, "customer": 0}


def test_talking_at_once_and_silence_belong_to_nobody(tmp_path: Path) -> None:
    path = truth(tmp_path)
    document = json.loads(path.read_text())
    document["sentences"].append({"speaker": "customer", "start": 0.0, "end": 4.0, "text": "ええ"})
    path.write_text(json.dumps(document))
    found = attribute(transcript(said("operator", 0, 4500)), spoken_by(path))
    assert (found.right_ms, found.wrong_ms) == (0, 0)
    assert not found.is_told


def test_letters_heard_where_only_the_other_speaks_are_credited_twice(tmp_path: Path) -> None:
    spoken = spoken_by(truth(tmp_path))
    own, leak = said("operator", 0, 4000), said("customer", 500, 3500, channel=1, text="サポートです。")
    near_own = said("customer", 7000, 7400, channel=1)
    assert twice_credited([own, leak, near_own], spoken, operator_channel=0) == len("サポートです。")


def test_leak_is_as_faint_and_late_as_asked() -> None:
    both = np.zeros((1000, 2), np.float32)
    both[100, 0] = 1.0
    leaking = with_leak(both, -20.0)
    assert leaking[100 + SAMPLE_RATE // 200, 1] == pytest.approx(0.1)
    assert leaking[100, 0] == 1.0


def test_document_counts_what_a_recogniser_heard(tmp_path: Path) -> None:
    write_wav(tmp_path / "c.wav", speechlike(11))
    truth(tmp_path)

    def transcribe(path: Path, call_id: str) -> Transcript:
        greeting = said("operator", 0, 4000, 0, "お電話ありがとうございます、サポートセンターでございます。")
        return transcript(greeting, said("customer", 5000, 7000, 0 if path.stem == "mono" else 1))

    found = evaluate_speakers(tmp_path, Settings(data_dir=tmp_path), transcribe, lambda call_id: None)
    assert found["calls"] == found["mono"]["told_calls"] == found["swapped"]["seen"] == found["identical_seen"] == 1
    assert found["mono"]["wrong_share_of_speech"] == 0
    assert found["mono"]["utterances_right"] == {"operator": 1.0, "customer": 1.0}
    assert found["swapped"]["imagined"] == 0
    assert [row["characters_twice"] for row in found["leak"] if row["calls"]] == [0, 0]
