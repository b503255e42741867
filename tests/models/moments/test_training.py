import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from models.moments.card import CARD_FILE, CHART_FILE, card_of, read_curves
from models.moments.classify import load_classifier
from models.moments.crossfit import evidence_by_wording
from models.moments.data import in_split, read_calls
from models.moments.head import HEAD_FILE, read_head, write_head
from models.moments.labels import HEARD, LABELS, Call, MomentsError
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
    assert set(card.figures) == {"clean", "recognised"}
    assert set(card.figures["clean"].labels) == set(card.thresholds) == set(card.curves) == set(LABELS)
    assert card.figures["clean"].calls == card.figures["recognised"].calls == 2
    assert card.scores_in_use is None
    assert card.replaced
    thresholds, curves = read_curves(tmp_path / "model")
    assert (thresholds, curves) == (card.thresholds, card.curves)
    assert "<svg" in (tmp_path / "model" / CHART_FILE).read_text(encoding="utf-8")


def test_a_card_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / CARD_FILE).write_text("{}", encoding="utf-8")
    with pytest.raises(MomentsError, match="モデルカード"):
        read_curves(tmp_path)


def test_the_card_is_made_again_from_the_model(data_dir: Path, model_dir: Path) -> None:
    calls = read_calls(data_dir)
    model = load_classifier(model_dir)
    evidence = evidence_by_wording(model, in_split(calls, "validation"), 1)
    again = card_of(model, None, in_split(calls, "train"), evidence, seed=1)
    assert json.loads(json.dumps(asdict(again))) == json.loads((model_dir / CARD_FILE).read_text(encoding="utf-8"))


def test_what_a_recogniser_made_of_a_call_is_measured_by_itself(tmp_path: Path) -> None:
    calls = some_calls()
    heard = [replace(call, form=HEARD) for call in calls if call.split == "validation"]
    folder = tmp_path / "calls"
    folder.mkdir()
    write_calls(calls, folder)
    write_calls(heard, folder, name="heard-{}")
    card = train_moments(folder, tmp_path / "model", seed=1, encoder_dir=TINY)
    assert card.figures["heard"].calls == card.figures["clean"].calls == 2
    assert card.training_calls == 8


def test_a_better_model_is_not_replaced(data_dir: Path, model_dir: Path, tmp_path: Path) -> None:
    """The data to learn from says the opposite of what the validation calls say."""
    in_use = shutil.copytree(model_dir, tmp_path / "in_use")
    wrong = [_shifted(call) if call.split == "train" else call for call in some_calls()]
    worse = tmp_path / "worse"
    worse.mkdir()
    before = checked_manifest(in_use)
    card = train_moments(write_calls(wrong, worse), in_use, seed=1, encoder_dir=TINY)
    assert not card.replaced
    assert card.scores_in_use is not None
    assert card.scores["clean"] < card.scores_in_use["clean"]
    assert checked_manifest(in_use) == before


def test_a_worse_model_is_replaced(data_dir: Path, model_dir: Path, tmp_path: Path) -> None:
    in_use = shutil.copytree(model_dir, tmp_path / "in_use")
    head = read_head(in_use / HEAD_FILE)
    write_head(replace(head, threshold=np.ones(len(LABELS)) * 2), in_use / HEAD_FILE)
    write_manifest(in_use, "1", tuple(checked_manifest(model_dir).files))
    card = train_moments(data_dir, in_use, seed=1, encoder_dir=TINY)
    assert card.scores_in_use == {"clean": 0.0, "recognised": 0.0}
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
