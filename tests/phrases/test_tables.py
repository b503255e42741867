from datetime import date
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phrases.entry import CATEGORIES, LEVELS, STATUSES, Phrase, PhraseSet
from phrases.files import dumps, load_starter, loads
from phrases.messages import PhraseError
from phrases.tables import from_csv, from_xlsx, read_csv, read_xlsx, to_csv, to_xlsx

TEXT = st.text(alphabet="=+-@'＝, \"\t;あア髙𠮷亜〜*()|1aZ#:&![]{}%?>", min_size=1, max_size=12).filter(str.strip)
PHRASES = st.builds(
    Phrase,
    id=st.from_regex("[a-c1][abc.1-]{1,5}", fullmatch=True),
    category=st.sampled_from(CATEGORIES),
    phrase=TEXT,
    levels=st.sets(st.sampled_from(LEVELS), min_size=1).map(
        lambda chosen: tuple(level for level in LEVELS if level in chosen)
    ),
    weight=st.floats(0.01, 1.0),
    note=TEXT | st.just(""),
    owner=TEXT | st.just(""),
    status=st.sampled_from(STATUSES),
    examples=st.lists(TEXT, max_size=3).map(tuple),
    counter_examples=st.lists(TEXT, max_size=3).map(tuple),
)
SETS = st.lists(PHRASES, max_size=4, unique_by=lambda phrase: phrase.id).map(
    lambda phrases: PhraseSet(tuple(phrases), (("商品", ("プラン", "=1+1")),))
)


@given(SETS)
def test_yaml_and_csv_give_the_same_dictionary_back(phrase_set: PhraseSet) -> None:
    assert loads([("x.yaml", dumps(phrase_set))]) == phrase_set
    assert from_csv(to_csv(phrase_set)) == phrase_set


def test_the_starter_dictionary_survives_csv_and_workbook(tmp_path: Path) -> None:
    starter = load_starter()
    to_xlsx(starter, tmp_path / "phrases.xlsx")
    assert from_xlsx(tmp_path / "phrases.xlsx").version == starter.version
    assert from_csv(to_csv(starter)).version == starter.version


def test_csv_begins_with_a_mark_and_no_cell_is_a_formula() -> None:
    content = to_csv(
        PhraseSet((Phrase("a", "proposal", "@商品", note="=cmd|' /C calc'!A0"),), (("商品", ("プラン",)),))
    )
    assert content.startswith(b"\xef\xbb\xbf")
    assert ",'@" in content.decode("utf-8-sig")
    assert ",'=cmd" in content.decode("utf-8-sig")


def test_a_file_saved_by_excel_in_cp932_is_read() -> None:
    text = "id,category,phrase,examples\r\na.b,proposal,上位プラン,①です\r\n"
    (phrase,) = from_csv(text.encode("cp932")).phrases
    assert (phrase.phrase, phrase.examples) == ("上位プラン", ("①です",))


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("", ["x.csv"]),
        ("id,category\naa,proposal\n", ["x.csv:1"]),
        ("id,category,phrase,frase\naa,proposal,あ,い\n", ["x.csv:1"]),
        ("id,category,phrase\naa,proposal\nbb,sales,あ\n,proposal,い\n", ["x.csv:2", "x.csv:3", "x.csv:4"]),
        ("id,category,phrase\naa,proposal,あ\naa,proposal,い\n", ["x.csv:3"]),
        ('id,category,phrase\naa,proposal,"あ\nbb,proposal,い\n', ["x.csv:2"]),
        ("id,category,phrase,weight\naa,proposal,あ,2\n", ["x.csv:2"]),
        ("id,category,phrase\nBad ID!!,proposal,あ\n適当,proposal,い\n", ["x.csv:2", "x.csv:3"]),
        ("id,category,phrase\naa,proposal,\x00\n", ["x.csv"]),
        ("id,category,phrase\naa,proposal," + "あ" * 200_000 + "\n", ["x.csv:2"]),
    ],
)
def test_bad_rows_are_named_together_and_nothing_is_read(text: str, places: list[str]) -> None:
    with pytest.raises(PhraseError) as caught:
        from_csv(text.encode(), "x.csv")
    assert [problem.place for problem in caught.value.problems] == places


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    text = 'id,category,phrase,examples\r\naa,proposal,あ,"い\nう"\r\n,,,\r\n\r\nbb,sales,え,\r\n'
    read = read_csv(text.encode(), "x.csv")
    assert read.places == {"aa": "x.csv:2"}
    assert [(one.place, one.column, one.entry) for one in read.problems] == [("x.csv:5", "category", "bb")]


def test_an_id_that_stands_there_twice_is_told_with_both_rows() -> None:
    (twice,) = read_csv("id,category,phrase\naa,proposal,あ\naa,proposal,い\n".encode(), "x.csv").problems
    assert (twice.where, "x.csv:2" in twice.message.ja) == ("x.csv:3 [id] aa", True)


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        ("id,category,phrase\naa,proposal,あ\n".encode("utf-16"), "コンマ区切り"),
        ("id;category;phrase\naa;proposal;あ\n".encode(), "コンマ区切り"),
        ("id\tcategory\tphrase\naa\tproposal\tあ\n".encode("cp932"), "コンマ区切り"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "コンマ区切り"),
        (b"id,category,phrase\n", "見出しのほかに行がありません"),
        (("x" * 500 + "\x1b[31m,category,phrase\naa,proposal,い\n").encode(), "列「" + "x" * 40 + "…」は"),
    ],
)
def test_what_is_no_such_table_is_refused_with_what_to_do(content: bytes, remedy: str) -> None:
    with pytest.raises(PhraseError) as caught:
        read_csv(content, "x.csv")
    assert any(remedy in one.message.ja for one in caught.value.problems)
    assert all(one.message.en and one.message.ja != one.message.en for one in caught.value.problems)


def workbook(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_cell_that_is_no_text_refuses_its_row_and_is_named(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "x.xlsx",
        ["id", "category", "phrase", "weight"],
        ["p.fine", "proposal", "上位プラン", 0.5],
        ["p.sum", "proposal", '=CONCATENATE("上位","プラン")', 1],
        ["p.day", "proposal", date(2026, 4, 1), 1],
        ["p.yes", "proposal", True, 1],
    )
    read = read_xlsx(path)
    assert [phrase.id for phrase in read.phrase_set.phrases] == ["p.fine"]
    assert [(one.place, one.message.ja[:2]) for one in read.problems] == [
        ("x.xlsx:3", "C3"), ("x.xlsx:4", "C4"), ("x.xlsx:5", "C5")
    ]  # fmt: skip
    assert "数式" in read.problems[0].message.ja and "formula" in read.problems[0].message.en


def test_a_workbook_that_unpacks_to_too_much_is_refused_unopened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook(tmp_path / "x.xlsx", ["id", "category", "phrase"], ["aa", "proposal", "あ" * 1000])
    monkeypatch.setattr("phrases.tables.LARGEST_UNPACKED", 1000)
    monkeypatch.setattr("openpyxl.load_workbook", None)
    with pytest.raises(PhraseError, match="大きすぎます"):
        read_xlsx(path)


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_text("id,category,phrase", encoding="utf-8")
    with pytest.raises(PhraseError):
        from_xlsx(tmp_path / "x.xlsx")
