"""Every form of a report holds the same numbers, and what they rest on (J3, J4, J6)."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.reports.figures import PeriodReport, for_team
from pipeline.reports.written import report_tables, write_report
from tests.pipeline.reports.making import made_report
from tests.pipeline.reports.test_tables import sheets_of

FEWER = {
    "会話の場面(担当者ID順)",
    "数えたもの",
    "指標",
    "月別",
    "開始月別の継続(顧客)",
    "タッチ(使用中と提案)",
    "KPIシート",
}


@pytest.fixture(scope="module")
def report() -> PeriodReport:
    return made_report()


def csv_rows(folder: Path, name: str) -> list[list[str]]:
    (path,) = (path for path in folder.iterdir() if path.stem.partition("_")[2] == name)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_every_form_has_every_table(report: PeriodReport, tmp_path: Path) -> None:
    names = set(report_tables(report, "ja"))
    assert names >= FEWER
    write_report(report, "xlsx", tmp_path / "r.xlsx", "ja")
    assert len(sheets_of(tmp_path / "r.xlsx")) == len(names)
    for form in ("csv", "parquet"):
        write_report(report, form, tmp_path / form, "ja")
        assert {path.stem.partition("_")[2] for path in (tmp_path / form).iterdir()} == names
    write_report(report, "html", tmp_path / "r.html", "ja")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert [name for name in names if f"<h2>{name}</h2>" not in page] == []


def test_simulated_customers_are_called_so_in_every_row_and_on_the_page(report: PeriodReport, tmp_path: Path) -> None:
    simulated = replace(report, simulated=True)
    assert not any("模擬データ" in table for table in report_tables(report, "ja").values())
    for table in report_tables(simulated, "ja").values():
        assert set(table["模擬データ"]) <= {"はい"}
    assert all("simulated" in table for table in report_tables(simulated, "en").values())
    write_report(simulated, "csv", tmp_path / "csv", "ja")
    heads, *rows = csv_rows(tmp_path / "csv", "指標")
    assert rows and {row[heads.index("模擬データ")] for row in rows} == {"はい"}
    write_report(simulated, "html", tmp_path / "r.html", "ja")
    assert "この表には模擬データが含まれます" in (tmp_path / "r.html").read_text(encoding="utf-8")
    write_report(simulated, "json", tmp_path / "r.json", "ja")
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["simulated"] is True


def test_j3_the_same_report_twice_is_the_same_file(report: PeriodReport, tmp_path: Path) -> None:
    for form in ("json", "html", "pdf"):
        one, other = (write_report(report, form, tmp_path / f"{name}.{form}", "ja") for name in "ab")
        assert one.paths[0].read_bytes() == other.paths[0].read_bytes()


def test_j4_quarantined_and_unmatched_calls_are_in_every_form(report: PeriodReport, tmp_path: Path) -> None:
    write_report(report, "csv", tmp_path / "csv", "ja")
    told = dict(row[:2] for row in csv_rows(tmp_path / "csv", "数えたもの"))
    assert told["うち解析した通話"] == "108"
    assert told["うち結び付かなかった通話"] == "2"
    assert "隔離 13" in told["録音(第 7 夜)"]
    write_report(report, "json", tmp_path / "r.json", "ja")
    book: dict[str, Any] = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert book["conversations"]["coverage"]["files_quarantined"] == 13


def test_j6_rates_are_per_minute_and_say_what_length_hides(report: PeriodReport, tmp_path: Path) -> None:
    write_report(report, "csv", tmp_path / "csv", "ja")
    header, *rows = csv_rows(tmp_path / "csv", "会話の場面(担当者ID順)")
    assert "営業提案(10分あたり)" in header
    assert [row[0] for row in rows] == ["全体", "OP0", "OP1", "OP2", "OP3", "OP4", "OP5"]
    assert any("長い通話ほど場面は多くなる" in row[0] for row in csv_rows(tmp_path / "csv", "数えたもの"))


def test_parquet_tables_hold_the_numbers_of_the_csv(report: PeriodReport, tmp_path: Path) -> None:
    for form in ("csv", "parquet"):
        write_report(report, form, tmp_path / form, "en")
    (path,) = (tmp_path / "parquet").glob("*By month.parquet")
    months = pd.read_parquet(path)
    assert months["opening MRR"].tolist() == report.book.months["opening_yen"].tolist()


def test_a_team_lead_sees_the_own_operators_beside_the_whole_centre(report: PeriodReport) -> None:
    own = for_team(report, "第一課")
    assert own.conversations is not None
    assert list(own.conversations.operators) == ["OP1", "OP3", "OP5"]
    assert set(own.standing["operator_id"].index) <= {"OP1", "OP3", "OP5"}
    assert list(own.standing["team"].index) == ["第一課"]
    assert set(own.book.by_group["operator_id"].index) == {"OP1", "OP3", "OP5", "__all__"}
    assert own.conversations.centre == report.conversations.centre  # type: ignore[union-attr]


def test_the_characters_that_cp932_lacks_are_told(report: PeriodReport, tmp_path: Path) -> None:
    written = write_report(report, "csv", tmp_path / "csv", "ja", encoding="cp932")
    assert written.lost == ["𠮷", "\U000e0100"]
