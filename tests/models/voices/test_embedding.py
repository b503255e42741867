"""The shipped network is the one meant; the same sound gives the same vector, whatever stands beside it."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from models.voices.embedding import MODEL_FILE, SAMPLE_RATE, SHIPPED, Floats, VoicesError, checked_weights, load_voices

RECORDINGS = Path(__file__).parents[3] / "pipeline" / "demo" / "recordings"


def sound(seconds: float, pitch: float = 120.0) -> Floats:
    """A buzz of the given pitch with a little noise."""
    t = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    noise = np.random.default_rng(0).standard_normal(len(t)) * 0.002
    return np.asarray(0.1 * np.sign(np.sin(2 * np.pi * pitch * t)) + noise, np.float32)


def test_shipped_weights_match_their_checksum() -> None:
    assert checked_weights() == SHIPPED / MODEL_FILE


def test_damaged_or_missing_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(VoicesError):
        checked_weights(tmp_path)
    data = bytearray((SHIPPED / MODEL_FILE).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / MODEL_FILE).write_bytes(data)
    with pytest.raises(VoicesError, match="campplus"):
        checked_weights(tmp_path)


def test_vectors_have_length_one_and_do_not_depend_on_what_stands_beside() -> None:
    alone = load_voices().embed([sound(2)])
    among = load_voices().embed([sound(0.01), sound(5, 200), sound(2)])
    assert among.shape == (3, alone.shape[1])
    assert np.allclose(np.linalg.norm(among, axis=1), 1, atol=1e-5)
    assert np.allclose(among[2], alone[0], atol=1e-4)


def test_one_persons_sentences_are_nearer_than_two_peoples() -> None:
    """The longer sentences of a shipped call."""
    whole, rate = soundfile.read(str(RECORDINGS / "accounting-1.wav"), dtype="float32")
    truth = json.loads((RECORDINGS / "accounting-1.truth.json").read_text("utf-8"))
    said: dict[str, list[Floats]] = {"operator": [], "customer": []}
    for sentence in truth["sentences"]:
        if sentence["end"] - sentence["start"] >= 2:
            channel = truth["operator_channel"] ^ (sentence["speaker"] == "customer")
            part = whole[int(sentence["start"] * rate) : int(sentence["end"] * rate), channel]
            said[sentence["speaker"]].append(part.repeat(SAMPLE_RATE // rate))
    first, second = (load_voices().embed(sounds[:4]) for sounds in said.values())
    within = min(float((first @ first.T).min()), float((second @ second.T).min()))
    assert within > float((first @ second.T).max())


def test_nothing_to_embed_is_no_failure() -> None:
    assert len(load_voices().embed([])) == 0
