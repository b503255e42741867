"""Whatever is in a file or a cell: it is read, or it is refused with a reason. Nothing else happens."""

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.errors import BadTable
from pipeline.outcomes import cells
from pipeline.outcomes.columns import SHAPES, Kind
from pipeline.outcomes.dates import Unreadable, read_date, read_time
from pipeline.outcomes.load import read_table

LIKELY = st.text(st.sampled_from("0123456789/-.:年月日時分令和平R午前後TZ+ ,円¥△eE日(月)NaN合計あA"), max_size=24)
READERS: list[Callable[[str], object]] = [
    read_date, read_time, cells.read_id, cells.read_yen, cells.read_integer, cells.read_number, cells.read_flag,
    cells.read_event, cells.normal_phone, cells.tidy, cells.is_missing,
]  # fmt: skip


@pytest.mark.parametrize("read", READERS)
@given(text=st.one_of(LIKELY, st.text(max_size=30)))
@example(text="0001/1/1")
@example(text="9999/12/31 24:00")
@example(text="9" * 30)
@example(text="²")
@example(text="1" * 5_000)
@example(text="△")
@settings(max_examples=150, deadline=None)
def test_a_cell_is_read_or_refused(read: Callable[[str], object], text: str) -> None:
    try:
        read(text)
    except Unreadable as refusal:
        assert refusal.reason.ja
        assert refusal.reason.en


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
@settings(max_examples=100, deadline=None)
def test_every_form_of_a_date_is_the_same_day(day: date) -> None:
    era = f"令和{day.year - 2018}年{day.month}月{day.day}日" if day >= date(2019, 5, 1) else f"{day:%Y/%m/%d}"
    full_width = f"{day:%Y/%m/%d}".translate(str.maketrans("0123456789/", "０１２３４５６７８９／"))
    forms = [f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{day.year}/{day.month}/{day.day}", era, full_width]
    if day >= date(2000, 1, 1):
        forms.append(str((day - date(1899, 12, 30)).days))
    assert {read_date(form) for form in forms} == {day}


CELL = st.one_of(
    LIKELY, st.sampled_from(["C1", "C2", "2026/1/5 9:00", "1000", "", '"', "\x00", "a\nb", "解約", "renewed"])
)


@pytest.mark.parametrize("kind", list(SHAPES))
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_table_of_anything_is_loaded_or_refused_whole(kind: Kind, data: st.DataObject) -> None:
    required = [column.name for column in SHAPES[kind].columns if column.required or data.draw(st.booleans())]
    rows = data.draw(st.lists(st.lists(CELL, min_size=len(required), max_size=len(required) + 1), max_size=6))
    text = "\n".join(",".join(row) for row in [required, *rows])
    encoding = data.draw(st.sampled_from(["utf-8", "utf-16", "cp932"]))
    _load_or_refuse(kind, text.encode(encoding, errors="replace"))


@given(st.binary(max_size=400))
@example(b"\xff\xfe")
@example(b"PAR1")
@example(b"PAR1 but no parquet")
@example(b"\xef\xbb\xbf\xff")
@example(b'call_id,started_at,operator_id\n"')
@settings(max_examples=150, deadline=None)
def test_a_file_of_any_bytes_is_refused_with_words(content: bytes) -> None:
    _load_or_refuse("calls", content)


def _load_or_refuse(kind: Kind, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(content)
        try:
            loaded = read_table(kind, path, phone_key=b"k")
        except BadTable as refusal:
            assert refusal.problems
            assert refusal.render("ja")
            assert refusal.render("en")
        else:
            assert loaded.report.rows_kept <= loaded.report.rows_read
