"""`kouken train …`: what it prints, writes and refuses."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from models.moments.data import read_calls
from pipeline.commands.train_card import command as card
from pipeline.commands.train_heard import command as heard
from pipeline.commands.train_moments import command as moments
from pipeline.errors import BadInput, KoukenError
from tests.models.moments.calls import some_calls
from tests.models.moments.conftest import TINY, write_calls

TRUTH = {"turn": 0, "speaker": "operator", "start": 1.0, "end": 3.0, "text": "見積もりを", "labels": ["proposal"]}
SPOKEN = {"speaker": "operator", "text": "はい。三森をお送りしましょうか。", "start_ms": 500, "end_ms": 3000}
WORDS = [
    {"start_ms": 500, "end_ms": 900, "start": 0, "end": 3},
    {"start_ms": 1000, "end_ms": 3000, "start": 3, "end": 16},
]


def run(command: Any, *arguments: str | Path) -> Any:
    return CliRunner().invoke(command, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "kouken.toml"
    path.write_text(f'data_dir = "{tmp_path / "data"}"\n[moments.thresholds]\nproposal = 0.9\n', encoding="utf-8")
    return path


def recording(folder: Path, **truth: object) -> tuple[Path, Path]:
    truths, transcripts = folder / "truths", folder / "transcripts"
    truths.mkdir()
    transcripts.mkdir()
    (truths / "a.truth.json").write_text(json.dumps({"call_id": "a", "sentences": [TRUTH], **truth}), encoding="utf-8")
    document = {"call_id": "a", "utterances": [{**SPOKEN, "words": WORDS}]}
    (transcripts / "a.json").write_text(json.dumps(document), encoding="utf-8")
    return truths, transcripts


def test_train_card_shows_thresholds_with_what_to_expect_of_them(config: Path) -> None:
    rows = json.loads(run(card, "--config", config, "--json").output)
    (proposal,) = [row for row in rows if row["label"] == "proposal"]
    assert (proposal["threshold"], proposal["source"]) == (0.9, "settings")
    assert len(rows) == 8
    assert all(0.3 < row["precision"] <= 1 and 0.1 < row["recall"] <= 1 for row in rows)


def test_train_card_shows_what_another_threshold_would_give(config: Path, tmp_path: Path) -> None:
    plot = tmp_path / "plot.svg"
    result = run(card, "--config", config, "--json", "--at", "0.1", "--at", "0.95", "--plot", plot)
    low, high = [row for row in json.loads(result.output) if row["label"] == "appeal" and row["source"] == "asked"]
    assert low["recall"] > high["recall"]
    assert plot.read_text(encoding="utf-8").startswith("<svg")
    assert "もしこの値なら" in run(card, "--config", config, "--at", "0.1", "--lang", "ja").output


def test_train_card_of_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "kouken.toml"
    config.write_text(f'[moments]\nmodel = "{tmp_path}"\n', encoding="utf-8")
    with pytest.raises(KoukenError, match="モデルカード"):
        run(card, "--config", config)


def test_train_heard_moves_labels_to_what_was_heard(tmp_path: Path) -> None:
    truths, transcripts = recording(tmp_path, industry="試験", split="validation")
    out = tmp_path / "calls" / "heard.jsonl"
    assert run(heard, truths, "--pred", transcripts, "--out", out).exit_code == 0
    (call,) = read_calls(out.parent)
    assert (call.split, call.industry, call.form) == ("validation", "試験", "heard")
    assert [(s.text, set(found)) for s, found in zip(call.sentences, call.labels, strict=True)] == [
        ("はい。", set()),
        ("三森をお送りしましょうか。", {"proposal"}),
    ]
    run(heard, truths, "--pred", transcripts, "--out", out, "--split", "train")
    assert read_calls(out.parent)[0].split == "train"


def test_train_heard_names_what_is_missing_or_no_truth(tmp_path: Path) -> None:
    truths, transcripts = recording(tmp_path)
    out = tmp_path / "heard.jsonl"
    with pytest.raises(BadInput, match=r"truth\.json"):
        run(heard, transcripts, "--pred", transcripts, "--out", out)
    (truths / "b.truth.json").write_text(json.dumps({"sentences": [{**TRUTH, "labels": ["interest"]}]}), "utf-8")
    (transcripts / "b.json").write_text((transcripts / "a.json").read_text("utf-8"), "utf-8")
    with pytest.raises(BadInput, match="interest"):
        run(heard, truths, "--pred", transcripts, "--out", out)
    (transcripts / "a.json").unlink()
    with pytest.raises(BadInput, match=r"a\.json"):
        run(heard, truths, "--pred", transcripts, "--out", out)


def test_train_moments_makes_a_model_and_prints_its_card(config: Path, tmp_path: Path) -> None:
    folder = tmp_path / "calls"
    folder.mkdir()
    write_calls(some_calls(), folder)
    arguments = ("--config", config, "--data", folder, "--encoder", TINY, "--out", tmp_path / "model")
    result = run(moments, *arguments)
    assert result.exit_code == 0
    assert "clean: macro F1 operator" in result.output
    again = run(moments, *arguments, "--json", "--lang", "en")
    assert '"scores_in_use": {' in again.output


def test_train_moments_says_what_teaching_an_encoder_needs(config: Path, tmp_path: Path, monkeypatch: Any) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else found(name))
    with pytest.raises(BadInput, match=r"torch.*kouken\[training\]"):
        run(moments, "--config", config, "--teach", "--out", tmp_path / "model")
    both = CliRunner().invoke(moments, ["--teach", "--encoder", str(TINY), "--out", str(tmp_path / "model")])
    assert both.exit_code == 2
