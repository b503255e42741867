import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from models.moments.encoder import frame_of
from models.moments.labels import HEARD
from models.moments.reading import HEARD_SHARE, Reader
from tests.models.moments.calls import call_of


class Characters:
    """A tokenizer of one token a character, with BERT's names for begin and end."""

    bos_token_id = eos_token_id = None
    cls_token_id, sep_token_id, pad_token_id = 1, 2, 0

    def __call__(self, texts: Sequence[str], add_special_tokens: bool) -> dict[str, Any]:
        return {"input_ids": [[ord(char) for char in text] for text in texts]}


WRITTEN = call_of([("customer", "解約したいです", "churn_risk")] * 3)
SPOKEN = replace(call_of([("customer", "会薬したいです", "churn_risk")] * 3), form=HEARD)


def test_a_frame_is_found_under_either_name() -> None:
    assert frame_of(Characters()) == (1, 2)


def test_a_piece_has_a_mark_and_targets_for_each_sentence() -> None:
    (piece,) = Reader(Characters(), [WRITTEN], random.Random(0)).plain()
    assert (piece.ids[0], piece.ids[-1]) == (1, 2)
    assert [chr(piece.ids[mark]) for mark in piece.marks] == ["[", "[", "["]
    assert piece.targets == [[-1, -1, -1, 0, 0, 1, 0, 0]] * 3


def test_an_epoch_reads_each_call_once_in_one_of_its_wordings() -> None:
    reader = Reader(Characters(), [WRITTEN, SPOKEN], random.Random(0))
    assert len(reader.plain()) == 2
    heard = 0
    for _ in range(400):
        pieces = reader.epoch()
        assert sum(len(piece.marks) for piece in pieces) == 3
        heard += any(ord("薬") in piece.ids for piece in pieces)
    assert 0.8 * HEARD_SHARE < heard / 400 < 1.2 * HEARD_SHARE


def test_batches_hold_every_piece_once() -> None:
    reader = Reader(Characters(), [replace(WRITTEN, call_id=f"c-{n}") for n in range(9)], random.Random(0))
    batches = reader.batches(reader.plain(), 4)
    assert sorted(map(len, batches)) == [1, 4, 4]
