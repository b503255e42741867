import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.moments.card import CARD_FILE
from models.moments.head import HEAD_FILE, read_head, write_head
from models.moments.labels import LABELS, Call, MomentsError
from models.moments.manifest import checked_manifest, write_manifest
from models.moments.training import train_moments
from tests.models.moments.calls import some_calls
from tests.models.moments.conftest import TINY, write_calls


def test_the_same_seed_makes_the_same_model(data_dir: Path, model_dir: Path, tmp_path: Path) -> None:
    card = train_moments(data_dir, tmp_path / "again", seed=1, encoder_dir=TINY)
    assert card.version == checked_manifest(model_dir).version


def test_the_card_says_what_was_learnt_and_how_well(data_dir: Path, tmp_path: Path) -> None:
    card = train_moments(data_dir, tmp_path / "model", seed=1, encoder_dir=TINY)
    assert (card.training_calls, card.training_sentences, card.training_labels["proposal"]) == (8, 96, 8)
    assert set(card.clean.labels) == set(LABELS)
    assert card.clean.calls == card.recognised.calls == 2
    assert card.in_use_score is None
    assert card.replaced
    assert (tmp_path / "model" / CARD_FILE).exists()


def test_a_better_model_is_not_replaced(data_dir: Path, model_dir: Path, tmp_path: Path) -> None:
    """The data to learn from says the opposite of what the validation calls say."""
    in_use = shutil.copytree(model_dir, tmp_path / "in_use")
    wrong = [_shifted(call) if call.split == "train" else call for call in some_calls()]
    worse = tmp_path / "worse"
    worse.mkdir()
    before = checked_manifest(in_use)
    card = train_moments(write_calls(wrong, worse), in_use, seed=1, encoder_dir=TINY)
    assert not card.replaced
    assert card.in_use_score is not None
    assert card.clean.score < card.in_use_score
    assert checked_manifest(in_use) == before


def test_a_worse_model_is_replaced(data_dir: Path, model_dir: Path, tmp_path: Path) -> None:
    in_use = shutil.copytree(model_dir, tmp_path / "in_use")
    head = read_head(in_use / HEAD_FILE)
    write_head(replace(head, threshold=np.ones(len(LABELS)) * 2), in_use / HEAD_FILE)
    write_manifest(in_use, "1", tuple(checked_manifest(model_dir).files))
    card = train_moments(data_dir, in_use, seed=1, encoder_dir=TINY)
    assert card.in_use_score == 0.0
    assert card.replaced
    assert checked_manifest(in_use).version == card.version


def test_reviewed_calls_are_learnt_from(data_dir: Path, tmp_path: Path) -> None:
    reviewed = [replace(call, call_id=f"r-{call.call_id}") for call in some_calls() if call.split == "train"]
    card = train_moments(data_dir, tmp_path / "model", seed=1, encoder_dir=TINY, reviewed=reviewed)
    assert card.training_calls == 16


def test_data_without_validation_calls_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "calls"
    folder.mkdir()
    write_calls([call for call in some_calls() if call.split == "train"], folder)
    with pytest.raises(MomentsError, match="validation"):
        train_moments(folder, tmp_path / "model", seed=1, encoder_dir=TINY)


def _shifted(call: Call) -> Call:
    """Each label two sentences late: on the same speaker, but on the wrong words."""
    return replace(call, labels=call.labels[-2:] + call.labels[:-2])
