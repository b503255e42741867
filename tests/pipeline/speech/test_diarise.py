"""A mono call is divided between two people only where two voices and an operator's wording are clear."""

from collections.abc import Sequence

import numpy as np
import pytest

from models.voices import embedding
from models.voices.embedding import unit
from pipeline.errors import KoukenError
from pipeline.speech.diarise import check_voices, tell_speakers
from pipeline.speech.utterances import Spoken
from pipeline.speech.vad import SAMPLE_RATE, Floats, Piece

OPERATOR = (
    "お電話ありがとうございます、サポートセンターです。",
    "かしこまりました。",
    "お調べいたします。",
    "ご案内しますね。",
    "こちらで変えておきます。",
)
CUSTOMER = ("請求が高いんですけど。", "先月からです。", "そうなんですよ。", "分かりました。", "どうも。")
LENGTH = 2 * SAMPLE_RATE


def talk(*texts: str) -> list[Spoken]:
    """One piece of two seconds per text, a second apart."""
    pieces = [Piece(0, i * 3 * SAMPLE_RATE, i * 3 * SAMPLE_RATE + LENGTH) for i in range(len(texts))]
    return [Spoken(piece, text, piece.start, piece.stop, 0.9) for piece, text in zip(pieces, texts, strict=True)]


def voices_of(who: Sequence[int]) -> "list[Floats]":
    """Vectors around one of two centres, one per stretch."""
    rng = np.random.default_rng(1)
    centres = np.eye(16)[list(who)]
    return list(unit(centres + rng.standard_normal(centres.shape) * 0.05))


def read(start: int, stop: int) -> Floats:
    return np.zeros(stop - start, np.float32)


def test_two_voices_become_operator_and_customer() -> None:
    lines = [line for pair in zip(OPERATOR, CUSTOMER, strict=True) for line in pair]
    told = tell_speakers(talk(*lines), read, lambda sounds: np.stack(voices_of([0, 1] * 5)))
    assert told is not None
    assert [part.text for part in told["operator"]] == list(OPERATOR)
    assert [part.text for part in told["customer"]] == list(CUSTOMER)


def test_voices_without_an_operators_wording_are_not_named() -> None:
    lines = [line for line in CUSTOMER for _ in range(2)]
    assert tell_speakers(talk(*lines), read, lambda sounds: np.stack(voices_of([0, 1] * 5))) is None


def test_both_wording_alike_are_not_named() -> None:
    lines = [OPERATOR[1]] * 10
    assert tell_speakers(talk(*lines), read, lambda sounds: np.stack(voices_of([0, 1] * 5))) is None


def test_one_voice_is_not_divided() -> None:
    lines = [line for pair in zip(OPERATOR, CUSTOMER, strict=True) for line in pair]
    assert tell_speakers(talk(*lines), read, lambda sounds: np.stack(voices_of([0] * 10))) is None


def test_end_of_a_sentence_parts_two_people_in_one_piece() -> None:
    """The answer comes without a pause that the voice detector would see."""
    piece = Piece(0, 0, LENGTH)
    first = Spoken(piece, "よろしいでしょうか。", 0, LENGTH // 2, 0.9)
    answer = Spoken(piece, "はい。", LENGTH // 2, LENGTH, 0.9)
    asked: list[int] = []

    def embed(sounds: Sequence[Floats]) -> Floats:
        asked.extend(len(sound) for sound in sounds)
        return np.stack(voices_of([0, 1]))

    tell_speakers([first, answer], read, embed)
    assert asked == [LENGTH // 2, LENGTH // 2]


def test_nothing_or_one_sentence_has_no_two_speakers() -> None:
    assert tell_speakers([], read) is None
    assert tell_speakers(talk(OPERATOR[0]), read) is None


def test_missing_weights_say_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "SHA256", "0" * 64)
    with pytest.raises(KoukenError, match=r"speech\.diarise"):
        check_voices()
