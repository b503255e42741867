"""Exports of Salesforce and kintone, and own mappings."""

from pathlib import Path

import pytest

from pipeline.errors import BadInput, BadTable
from pipeline.outcomes.columns import SHAPES
from pipeline.outcomes.load import read_table
from pipeline.outcomes.presets import PRESETS, preset_headers


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "export.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_a_salesforce_export_of_18_character_ids_meets_a_report_of_15(tmp_path: Path) -> None:
    ids = '"00T5g00000ABcDeAAL","0055g00000ABcDeAAL","0015g00000ABcDeAAL"'
    loader = f'"Id","OwnerId","AccountId","CreatedDate"\n{ids},"2026-01-05T06:05:00.000Z"\n'
    frame = read_table("calls", written(tmp_path, loader), preset="salesforce").frame
    assert frame["customer_id"].tolist() == ["0015g00000ABcDe"]
    header = "契約番号,取引先 ID,契約開始日,契約終了日,契約期間 (ヶ月),MRR__c\n"
    report = header + "00000101,0015g00000ABcDe,2025/01/05,2026/01/05,12,30000\n"
    contracts = read_table("contracts", written(tmp_path, report, "utf-8-sig"), preset="salesforce").frame
    assert contracts["customer_id"].tolist() == frame["customer_id"].tolist()
    assert contracts["term_months"].tolist() == [12]


def test_a_kintone_export_in_cp932_with_its_own_field_names(tmp_path: Path) -> None:
    text = '"レコード番号","作成日時","対応者","顧客ID","メモ"\n"12","2026-01-05 15:05","佐藤","K1","あ"\n'
    loaded = read_table("calls", written(tmp_path, text, "cp932"), preset="kintone")
    assert loaded.frame[["call_id", "operator_id", "customer_id"]].to_numpy().tolist() == [["12", "佐藤", "K1"]]
    assert loaded.report.extra_columns == ("メモ",)


def test_two_headers_for_one_column_are_settled_by_an_own_mapping_never_by_chance(tmp_path: Path) -> None:
    path = written(tmp_path, "レコード番号,作成日時,対応者,担当者\n1,2026-01-05 15:05,佐藤,鈴木\n")
    with pytest.raises(BadTable, match="「対応者」と「担当者」"):
        read_table("calls", path, preset="kintone")
    loaded = read_table("calls", path, preset="kintone", own_headers={"担当者": ""})
    assert loaded.frame["operator_id"].tolist() == ["佐藤"]
    assert loaded.report.extra_columns == ("担当者",)


def test_a_mapping_to_no_column_and_an_unknown_preset_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "call_id,started_at,operator_id\nC1,2026-01-05,O\n")
    with pytest.raises(BadInput, match="call_idd"):
        read_table("calls", path, own_headers={"No": "call_idd"})
    with pytest.raises(BadInput, match="salesforce、kintone"):
        read_table("calls", path, preset="excel")


@pytest.mark.parametrize("name", list(PRESETS))
def test_every_preset_names_existing_columns_only(name: str) -> None:
    for kind, shape in SHAPES.items():
        assert all(shape.column(column) for column in preset_headers(name, kind).values())
