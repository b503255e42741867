"""A word list is read whole or refused whole, with every row that is wrong."""

from pathlib import Path

import pytest

from phrases.messages import PhraseError
from phrases.words import Word, load_words, to_csv

WORDS = (Word("マモルカ", ("まもるか", "マモルカー"), ("守るか", "まもる課")), Word("KAGURA Pro", ("かぐらぷろ",)))


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_csv_is_read_in_each_encoding_with_japanese_headings(tmp_path: Path, encoding: str) -> None:
    text = '表記,読み,誤認識\r\nマモルカ,"まもるか\nマモルカー",守るか；まもる課\r\nKAGURA Pro,かぐらぷろ,\r\n'
    assert load_words(write(tmp_path / "w.csv", text, encoding)) == WORDS


def test_yaml_says_the_same(tmp_path: Path) -> None:
    text = """words:
- {surface: マモルカ, readings: [まもるか, マモルカー], misheard: [守るか, まもる課]}
- {surface: KAGURA Pro, readings: かぐらぷろ}
"""
    assert load_words(write(tmp_path / "w.yaml", text)) == WORDS


def test_yaml_words_stay_text(tmp_path: Path) -> None:
    assert load_words(write(tmp_path / "w.yml", "words:\n- surface: no\n- surface: 012\n")) == (Word("no"), Word("012"))


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("w.csv", "", "w.csv"),
        ("w.csv", "読み\nあ\n", "w.csv:1"),
        ("w.csv", "surface,readings\nA社,えー社\n", "w.csv:2"),
        ("w.csv", "surface,misheard\nA社,a\n", "w.csv:2"),
        ("w.csv", "surface,misheard\nA社,英社;栄社\nB社,英社\n", "w.csv:3"),
        ("w.csv", "surface,misheard\nA社,B社\nB社,\n", "B社"),
        ("w.csv", "surface\nA社\nA社\n", "w.csv:3"),
        ("w.csv", 'surface,readings\n"A社\nB社",\nC社,"えー\nカタ漢字"\n', "w.csv:2"),
        ("w.csv", 'surface,readings\n"A社\nB社",\nC社,"えー\nカタ漢字"\n', "w.csv:3"),
        ("w.xlsx", "surface\nA社\n", "w.xlsx"),
        ("w.yaml", 'words:\n- surface: "A\\ud83d"\n', "w.yaml#1"),
        ("w.csv", "surface,misheard\nA社\n", "w.csv:2"),
        ("w.csv", 'surface\n"A社\n', "w.csv:2"),
        ("w.csv", f"surface\n{'長' * 61}\n", "w.csv:2"),
        ("w.yaml", "words:\n- {surface: A, color: red}\n", "w.yaml#1"),
        ("w.yaml", "a: &x [1]\nwords: *x\n", "w.yaml"),
        ("w.yaml", "- A社\n", "w.yaml"),
        ("w.yaml", "words: [", "w.yaml"),
    ],
)
def test_wrong_rows_refuse_the_list_and_are_named(tmp_path: Path, name: str, text: str, place: str) -> None:
    with pytest.raises(PhraseError) as caught:
        load_words(write(tmp_path / name, text))
    assert place in [problem.place for problem in caught.value.problems]


def test_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(PhraseError) as caught:
        load_words(tmp_path / "gone.csv")
    assert "gone.csv" in caught.value.problems[0].place


def test_a_list_comes_back_from_csv_as_it_went(tmp_path: Path) -> None:
    words = (Word("スポーツパック", ("すぽーつぱっく", "すぽぱ"), ("スポーツバック",)), Word("=X", ("えっくす",)))
    (tmp_path / "w.csv").write_bytes(to_csv(words))
    assert load_words(tmp_path / "w.csv") == words
    assert "'=X" in (tmp_path / "w.csv").read_text(encoding="utf-8-sig")
