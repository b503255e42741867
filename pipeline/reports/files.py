"""The report as files: `report.json` with every number, `operators.csv` and `calls.csv` for Excel."""

from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd

from models.scoring import CATEGORIES, Tally, score
from pipeline.formats.interchange import write_document
from pipeline.reports.build import TOKYO
from pipeline.reports.parts import Part
from pipeline.reports.tables import write_csv, write_csv_parts

OPERATOR_COLUMNS = {
    "operator_id": "担当者ID",
    "operator_name": "担当者名",
    "team": "チーム",
    "calls": "通話数",
    "operator_minutes": "発話時間(分)",
    "score": "スコア",
    "score_low": "95%区間 下限",
    "score_high": "95%区間 上限",
    "n_appeal": "魅力の伝達",
    "n_enablement": "成功の手助け",
    "n_proposal": "営業提案",
    "rate_appeal": "魅力の伝達(10分あたり)",
    "rate_enablement": "成功の手助け(10分あたり)",
    "rate_proposal": "営業提案(10分あたり)",
    "success_phrases": "成功フレーズ",
}
CALL_COLUMNS = {
    "call_id": "通話ID",
    "started_at": "開始日時",
    "operator_id": "担当者ID",
    "customer_id": "顧客ID",
    "joined_contract_id": "契約ID",
    "join_status": "契約との結び付き",
    "outcome": "契約の成果",
    "outcome_on": "成果の日",
    "operator_minutes": "発話時間(分)",
    "score": "スコア",
    "n_appeal": "魅力の伝達",
    "n_enablement": "成功の手助け",
    "n_proposal": "営業提案",
    "success_phrases": "成功フレーズ",
    "simulated": "模擬データ",
}


def write_report(body: dict[str, Any], parts: Iterable[Part], folder: Path) -> list[Path]:
    """Write the files of one report and its calls into `folder`; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    json_path, operators, calls = folder / "report.json", folder / "operators.csv", folder / "calls.csv"
    write_document(body, json_path)
    write_csv(operator_table(body["operators"]), operators)
    tables = (call_table(zip(part.analysed.to_dict("records"), part.tallies, strict=True)) for part in parts)
    write_csv_parts(chain([call_table(())], tables), calls)
    return [json_path, operators, calls]


def operator_table(operators: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The operators of a report's body, one row each, under Japanese headers."""
    return _frame([_operator_row(item) for item in operators], OPERATOR_COLUMNS)


def call_table(calls: Iterable[tuple[Mapping[Any, Any], Tally]]) -> pd.DataFrame:
    """Calls (what is known of each, and what was counted in it), one row each, under Japanese headers."""
    return _frame([_call_row(row, tally) for row, tally in calls], CALL_COLUMNS)


def _frame(rows: list[dict[str, Any]], columns: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns)).rename(columns=columns)


def _operator_row(item: Mapping[str, Any]) -> dict[str, Any]:
    low, high = item["score_interval"] or (None, None)
    counted = {f"n_{category}": item["moments"][category]["n"] for category in CATEGORIES}
    rates = {f"rate_{category}": item["moments"][category]["rate"] for category in CATEGORIES}
    return {**item, **counted, **rates, "score_low": low, "score_high": high}


def _call_row(row: Mapping[Any, Any], tally: Tally) -> dict[str, Any]:
    total = score(tally).total
    return {
        **{str(name): value for name, value in row.items()},
        "started_at": _written(row["started_at"], "%Y-%m-%d %H:%M:%S"),
        "outcome_on": _written(row["outcome_on"], "%Y-%m-%d"),
        "operator_minutes": round(tally.operator_speech_ms / 60_000, 2),
        "score": None if total is None else round(total, 1),
        **{f"n_{category}": tally.number(category) for category in CATEGORIES},
        "success_phrases": tally.success_phrases,
    }


def _written(value: Any, form: str) -> str | None:
    """A day, or a time put into Tokyo's; missing stays missing."""
    if pd.isna(value):
        return None
    return format(value.astimezone(TOKYO) if getattr(value, "tzinfo", None) else value, form)
