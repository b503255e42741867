"""`kouken health`: an offer that somebody has to take, from what was known before the outcome."""

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from pipeline.commands.health import command as health
from pipeline.commands.load import command as load
from pipeline.errors import BadInput
from pipeline.outcomes.health_formula import read_health_formula

PARTS = (("log_ins", 1, 20), ("noise", 3, 1))
FORMULA = "".join(
    f'[[part]]\ncolumn = "{name}"\nweight = {weight}\nworst = 0\nbest = {best}\n' for name, weight, best in PARTS
)


def invoke(command: Any, *arguments: str) -> Any:
    return CliRunner().invoke(command, arguments, catch_exceptions=False, standalone_mode=False)


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """300 customers: those who log in often renew. The snapshot of the last days, which tells all, is too late."""
    monkeypatch.setenv("KOUKEN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(4)
    size = 300
    log_ins = rng.integers(0, 21, size)
    stayed = rng.uniform(size=size) < 1 / (1 + np.exp(-(log_ins - 10) / 4))
    ids = [f"C{n}" for n in range(size)]
    contracts = pd.DataFrame({"contract_id": ids, "customer_id": ids, "started_on": "2024-01-01", "mrr_yen": 1000})
    kinds = np.where(stayed, "renewed", "churned")
    outcomes = pd.DataFrame({"contract_id": ids, "on": "2024-12-20", "kind": kinds, "mrr_before_yen": 1000})
    outcomes["mrr_after_yen"] = np.where(stayed, 1000, 0)
    early = pd.DataFrame({"customer_id": ids, "on": "2024-11-01", "log_ins": log_ins, "noise": rng.uniform(size=size)})
    late = early.assign(on="2024-12-10", noise=stayed.astype(float))
    for name, frame in (("contracts", contracts), ("outcomes", outcomes), ("snapshots", pd.concat([early, late]))):
        frame.to_csv(f"{name}.csv", index=False)
        invoke(load, name, f"{name}.csv")
    (tmp_path / "health.toml").write_text(FORMULA, encoding="utf-8")
    (tmp_path / "kouken.toml").write_text('[figures]\nhealth = "health.toml"\n', encoding="utf-8")
    return tmp_path


def test_the_offer_rests_on_what_was_known_a_month_before(centre: Path) -> None:
    told = json.loads(invoke(health, "--json").stdout)
    assert told["n"] == 300 and told["better"]
    assert told["weights"]["log_ins"] > 10 * told["weights"].get("noise", 0.01)
    low, high = told["auc_offered_interval"]
    assert 0.7 < low < told["auc_offered"] < high < 0.95  # the late snapshot would have made it 1


def test_the_offer_is_a_file_to_name_and_changes_nothing_itself(centre: Path) -> None:
    shown = invoke(health, "--out", "offer.toml", "--lang", "ja")
    assert "提案の方が見分けています" in shown.stdout and "95%区間" in shown.stdout
    assert (centre / "health.toml").read_text(encoding="utf-8") == FORMULA
    assert tomllib.loads((centre / "offer.toml").read_text(encoding="utf-8"))["part"][0]["column"] == "log_ins"
    assert read_health_formula(centre / "offer.toml").version != read_health_formula(centre / "health.toml").version


def test_without_a_formula_there_is_nothing_to_measure(centre: Path) -> None:
    (centre / "kouken.toml").unlink()
    with pytest.raises(BadInput, match=r"figures\.health"):
        invoke(health)
