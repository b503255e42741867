"""`kouken report`: the same figures in every format, from the tables that were loaded."""

import csv
import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.commands.load import command as load
from pipeline.commands.report import command as report
from pipeline.errors import BadInput
from pipeline.outcomes import goals, health_formula

CONTRACTS = "contract_id,customer_id,started_on,mrr_yen,plan\nK1,A,2024-01-31,100000,基本\nK2,B,2024-03-01,50000,標準\n"
HEADER = "contract_id,on,kind,mrr_before_yen,mrr_after_yen\n"
OUTCOMES = HEADER + "K1,2025-03-01,upsell,100000,120000\nK2,2025-06-01,churned,50000,0\n"
CALLS = "call_id,started_at,operator_id,contract_id\nC1,2024-12-01 10:00,=OP1,K1\n"


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOUKEN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    for name, text in (("contracts", CONTRACTS), ("outcomes", OUTCOMES), ("calls", CALLS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        invoke(load, name, f"{name}.csv")
    return tmp_path


def invoke(command: Any, *arguments: str) -> Any:
    return CliRunner().invoke(command, arguments, catch_exceptions=False, standalone_mode=False)


def test_json_holds_every_figure_with_its_definition(loaded: Path) -> None:
    invoke(report, "--period", "2025", "--as-of", "2025-12-31", "--format", "json", "--out", "book.json")
    book = json.loads((loaded / "book.json").read_text(encoding="utf-8"))
    assert book["block"]["NRR"]["value"] == 0.8
    assert book["block"]["NRR"]["definition"]["ja"].startswith("期首に契約のあった")
    assert book["bridge"] == {"opening": 150_000, "upsell": 20_000, "churned": -50_000, "closing": 120_000}
    assert book["by_group"]["operator_id"]["=OP1"]["n"] == 1
    assert book["months"]["2025-03"]["nrr"] == 170 / 150
    assert book["period"]["complete"]


def test_csv_is_a_folder_of_tables_without_formulas(loaded: Path) -> None:
    invoke(report, "--period", "2025", "--format", "csv", "--out", "book", "--lang", "ja")
    names = sorted(path.name for path in (loaded / "book").iterdir())
    assert names[0] == "01_指標.csv"
    operators = next(path for path in (loaded / "book").iterdir() if "担当者別" in path.name)
    with operators.open(encoding="utf-8-sig", newline="") as file:
        assert next(row for row in csv.reader(file) if "OP1" in row[0])[0] == "'=OP1"


def test_a_period_that_is_not_over_says_until_when_it_was_counted(loaded: Path) -> None:
    result = invoke(report, "--period", "FY2025", "--out", "book.xlsx", "--lang", "ja")
    assert "期間の途中です(2025-06-01 までの記録)" in result.stderr
    assert (loaded / "book.xlsx").read_bytes()[:2] == b"PK"


def test_the_page_needs_nothing_else_and_runs_nothing(loaded: Path) -> None:
    """D9, H5: a name that is markup is text."""
    (loaded / "calls.csv").write_text(CALLS.replace("=OP1", "<script>alert(1)</script>"), encoding="utf-8")
    invoke(load, "calls", "calls.csv")
    invoke(report, "--period", "2025", "--format", "html", "--out", "page.html", "--lang", "ja")
    page = (loaded / "page.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "http" not in page.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "80.0%" in page
    assert "期間の途中です。2025-06-01 までの記録で数えました。" in page
    assert "解約が 20 件に満たないため" in page


def test_one_operator_sees_only_himself_beside_the_whole_centre(loaded: Path) -> None:
    more = CALLS + "C2,2024-12-02 10:00,OP2,K2\n"
    (loaded / "calls.csv").write_text(more, encoding="utf-8")
    invoke(load, "calls", "calls.csv")
    common = ("--period", "2025", "--format", "json", "--out", "book.json")
    invoke(report, *common, "--operator", "OP2")
    book = json.loads((loaded / "book.json").read_text(encoding="utf-8"))
    assert set(book["by_group"]["operator_id"]) == {"OP2", "__all__"}
    with pytest.raises(BadInput, match="OP9"):
        invoke(report, *common, "--operator", "OP9")


def test_goals_health_and_tiers_come_from_the_settings(loaded: Path) -> None:
    for name, module in (("goals", goals), ("health", health_formula)):
        (loaded / f"{name}.toml").write_text(dedent((module.__doc__ or "").partition("\n\n")[2]), encoding="utf-8")
    (loaded / "kouken.toml").write_text('[figures]\ngoals = "goals.toml"\nhealth = "health.toml"\n', encoding="utf-8")
    (loaded / "snapshots.csv").write_text(
        "customer_id,on,log_ins,tickets\nA,2025-01-01,20,0\nB,2025-01-01,0,5\n", encoding="utf-8"
    )
    invoke(load, "snapshots", "snapshots.csv")
    invoke(report, "--period", "2025", "--format", "json", "--out", "book.json")
    book = json.loads((loaded / "book.json").read_text(encoding="utf-8"))
    assert [goal["status"] for goal in book["goals"]] == ["no_data"]  # its months begin after the data end
    assert {name: row["score"] for name, row in book["health"].items()} == {"A": 100.0, "B": 0.0}
    invoke(report, "--period", "2025", "--format", "csv", "--out", "book", "--lang", "ja")
    sheet = next(path for path in (loaded / "book").iterdir() if "KPI" in path.name).read_text(encoding="utf-8-sig")
    assert "実績なし" in sheet
    assert "解約率(顧客数)" in sheet


def test_an_unreadable_period_and_an_empty_store_are_clear_refusals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOUKEN_DATA_DIR", str(tmp_path / "empty"))
    with pytest.raises(BadInput, match="「来月」"):
        invoke(report, "--period", "来月", "--out", "x.xlsx")
    with pytest.raises(BadInput, match="kouken load contracts"):
        invoke(report, "--period", "2025", "--out", "x.xlsx")


def test_a_period_without_any_record_is_refused_and_not_counted_as_if_everybody_had_stayed(loaded: Path) -> None:
    with pytest.raises(BadInput, match="記録は 2025-06-01 までしかないため、2025-07 の数字は数えられません"):
        invoke(report, "--period", "2025-07", "--out", "x.xlsx", "--lang", "ja")
    assert not (loaded / "x.xlsx").exists()
    assert invoke(report, "--period", "2025-07", "--as-of", "2025-07-31", "--out", "x.xlsx").exit_code == 0
