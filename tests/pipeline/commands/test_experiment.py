"""An experiment is planned from the tables, noted in the user's own table of calls, and found again by the estimate."""

import json
from pathlib import Path

import pandas as pd
import pytest

from pipeline.cli import run
from pipeline.commands.simulate import write_centre


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("centre")
    write_centre("confounded", 3, path)
    return path


def plan(folder: Path, out: Path, *more: str) -> int:
    return run(
        ["experiment", "plan", "--data", str(folder), "--from", "2026-12-01", "--seed", "5", "--out", str(out), *more]
    )


def test_a_plan_says_how_many_and_how_long_and_draws_the_same_for_the_same_seed(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plan(folder, tmp_path / "a.csv", "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["terms_needed"] > 1000 and facts["weeks"] >= 1
    assert plan(folder, tmp_path / "b.csv", "--lang", "ja") == 0
    assert f"約 {facts['weeks']} 週間" in capsys.readouterr().err
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert len(pd.read_csv(tmp_path / "a.csv")) == facts["units"]


def test_a_plan_by_customer_is_noted_in_the_calls_and_becomes_an_experiment(folder: Path, tmp_path: Path) -> None:
    assert plan(folder, tmp_path / "plan.csv", "--unit", "customer") == 0
    data = tmp_path / "data"
    data.mkdir()
    for name in ("contracts", "outcomes", "customer_snapshots"):
        (data / f"{name}.csv").write_bytes((folder / f"{name}.csv").read_bytes())
    arguments = ["--plan", str(tmp_path / "plan.csv"), "--calls", str(folder / "calls.csv")]
    assert run(["experiment", "apply", *arguments, "--out", str(data / "calls.csv")]) == 0
    before, after = pd.read_csv(folder / "calls.csv", dtype=str), pd.read_csv(data / "calls.csv", dtype=str)
    assert after.drop(columns="assigned").equals(before)
    assert run(["estimate", "--data", str(data), "--out", str(tmp_path / "answer.json")]) == 0
    experiment = json.loads((tmp_path / "answer.json").read_text(encoding="utf-8"))["experiment"]
    assert experiment["status"] == "ok" and experiment["unit"] == "customer"
    assert experiment["compliers"] == {}  # nobody heeded what was drawn after the fact


@pytest.mark.parametrize("text", ["operator_id,on\nA,2026-12-01\n", "customer_id,assigned\nU1,maybe\n", "\x00\xff"])
def test_a_file_that_is_no_plan_is_refused(folder: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.csv").write_text(text, encoding="latin-1")
    arguments = ["--plan", str(tmp_path / "plan.csv"), "--calls", str(folder / "calls.csv")]
    assert run(["experiment", "apply", *arguments, "--out", str(tmp_path / "out.csv")]) == 2
    assert not (tmp_path / "out.csv").exists()
