"""Exports for spreadsheets: what somebody typed stays text, whatever it looks like (D9)."""

from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pandas as pd
import pytest

from models.figures.book import figure_book
from models.figures.figure import calendar_year
from pipeline.reports.figure_tables import figure_tables, shown_as
from pipeline.reports.tables import to_csv, write_csv
from pipeline.reports.workbook import write_workbook
from tests.models.figures.worlds import random_world

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
MALICIOUS = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "<script>",
]


def sheets_of(path: Path) -> dict[str, list[list[str | float]]]:
    """Sheet name → rows of cells: text cells as str, numbers as float, dates as their serial."""
    with ZipFile(path) as archive:
        read = {
            name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist() if name.endswith(".xml")
        }
    texts = ["".join(part.text or "" for part in item.iter(f"{MAIN}t")) for item in read["xl/sharedStrings.xml"]]
    found: dict[str, list[list[str | float]]] = {}
    for number, sheet in enumerate(read["xl/workbook.xml"].iter(f"{MAIN}sheet"), start=1):
        rows = read[f"xl/worksheets/sheet{number}.xml"].iter(f"{MAIN}row")
        found[sheet.attrib["name"]] = [[_value(cell, texts) for cell in row] for row in rows]
    return found


def _value(cell: ElementTree.Element, texts: list[str]) -> str | float:
    told = cell.findtext(f"{MAIN}v") or ""
    return texts[int(told)] if cell.get("t") == "s" else float(told)


@pytest.mark.parametrize("text", MALICIOUS)
def test_d9_no_text_is_a_formula_in_csv(text: str) -> None:
    content, _ = to_csv(pd.DataFrame({"memo": [text]}))
    cell = content.decode("utf-8-sig").split("\r\n", 1)[1].lstrip('"')
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert text in content.decode("utf-8-sig")


def test_d9_a_header_is_no_formula_either() -> None:
    assert to_csv(pd.DataFrame({"=1+1": [1]}))[0].decode("utf-8-sig") == "'=1+1\r\n1\r\n"


def test_numbers_stay_numbers_and_missing_stays_empty() -> None:
    frame = pd.DataFrame({"yen": pd.array([-5, None], dtype="Int64"), "rate": [0.5, None]})
    assert to_csv(frame)[0].decode("utf-8-sig") == "yen,rate\r\n-5,0.5\r\n,\r\n"


def test_cp932_keeps_windows_characters_and_names_what_it_cannot_hold(tmp_path: Path) -> None:
    lost = write_csv(pd.DataFrame({"name": ["①髙﨑～㈱", "𠮷野"]}), tmp_path / "t.csv", "cp932")
    assert lost == ["𠮷"]
    assert (tmp_path / "t.csv").read_bytes().decode("cp932") == "name\r\n①髙﨑～㈱\r\n〓野\r\n"


def test_cp932_writes_the_same_sign_under_its_own_code_and_still_no_formula() -> None:
    content, lost = to_csv(pd.DataFrame({"a": ["— 1〜2", "−SUM(A1)"]}), "cp932")
    assert content.decode("cp932") == "a\r\n― 1～2\r\n'－SUM(A1)\r\n"
    assert lost == []


def test_d9_a_workbook_has_no_formula_and_no_link(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    texts = [*MALICIOUS, "https://example.com", "bell\a"]
    write_workbook({"=1+1": pd.DataFrame({"memo": texts, "n": range(len(texts))})}, path)
    with ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert not [name for name in archive.namelist() if "rels" in name and "sheet" in name]
    assert "<f>" not in sheet
    (rows,) = sheets_of(path).values()
    assert [row[0] for row in rows[1:12]] == [text.replace("\r", "_x000D_") for text in MALICIOUS[:11]]
    assert [row[1] for row in rows[1:4]] == [0, 1, 2]


def test_sheet_names_fit_excel_and_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    frame = pd.DataFrame({"a": [1]})
    write_workbook(
        {"とても長いシートの名前" * 4: frame, "とても長いシートの名前" * 5: frame, "a/b": frame, "A:B": frame}, path
    )
    names = list(sheets_of(path))
    assert [len(name) <= 31 for name in names] == [True] * 4
    assert names[2:] == ["a_b", "A_B (2)"]


@pytest.mark.parametrize(
    ("language", "sheet", "figure"),
    [("ja", "指標", "売上継続率(NRR)"), ("en", "Figures", "Net revenue retention (NRR)")],
)
def test_the_book_of_figures_as_tables_in_both_languages(
    tmp_path: Path, language: str, sheet: str, figure: str
) -> None:
    contracts, outcomes = random_world(4)
    contracts["plan"] = pd.Series(["基本"] * len(contracts), dtype="string")
    book = figure_book(contracts, outcomes, calendar_year(2025), pd.Timestamp("2025-12-31"))
    tables = figure_tables(book, language)  # type: ignore[arg-type]
    first = tables[sheet]
    assert figure in first.iloc[:, 0].tolist()
    assert len(tables) == 8
    path = tmp_path / "figures.xlsx"
    write_workbook(tables, path, shown_as(tables, language))  # type: ignore[arg-type]
    value = book.block["NRR"].value or 0
    assert sheets_of(path)[sheet][2][:3] == [figure, f"{value:.1%}", pytest.approx(value)]
