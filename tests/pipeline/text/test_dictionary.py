import json
from dataclasses import replace
from pathlib import Path

import pytest

from phrases.entry import Phrase, PhraseSet
from pipeline.errors import BadInput
from pipeline.text.dictionary import (
    BadDictionary,
    compare,
    load_dictionary,
    read_dictionary,
    save_dictionary,
    try_query,
)

QUOTE = Phrase("p.quote", "proposal", "お見積もりをお送りしましょう")
SET = PhraseSet((QUOTE,), (("商品", ("プラン",)),))


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    for name, text in (("a", "お見積もりをお送りしましょうか。"), ("b", "プランの件ですね。")):
        turns = [{"speaker": "operator", "sentences": [{"text": text}]}]
        (tmp_path / f"{name}.json").write_text(json.dumps({"call_id": name, "turns": turns}), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", ["d.yaml", "d.csv", "d.xlsx"])
def test_a_dictionary_is_the_same_in_every_form(name: str, tmp_path: Path) -> None:
    save_dictionary(SET, tmp_path / name)
    assert load_dictionary(tmp_path / name) == SET
    assert read_dictionary(tmp_path / name).version == SET.version


def test_another_form_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        save_dictionary(SET, tmp_path / "d.txt")


def test_a_bad_dictionary_lists_its_problems_in_the_readers_language(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text("phrases:\n- id: a\n- id: b\n", encoding="utf-8")
    with pytest.raises(BadDictionary) as caught:
        load_dictionary(tmp_path / "d.yaml")
    assert caught.value.render("en").count("phrase is missing") == 2
    assert "d.yaml:3" in caught.value.render("ja")


def test_a_query_is_tried_on_transcripts(calls: Path) -> None:
    tried = try_query("@商品 OR 見積もり", "proposal", [calls])
    assert (tried.hits, tried.calls, tried.share) == (2, 2, 1.0)


def test_a_query_that_cannot_be_read_points_at_the_character(calls: Path) -> None:
    with pytest.raises(BadDictionary) as caught:
        try_query("(見積もり", "proposal", [calls])
    assert "1文字目" in caught.value.render("ja")


def test_an_edit_is_compared_on_transcripts(calls: Path) -> None:
    new = PhraseSet((replace(QUOTE, phrase="プラン"),), SET.lists)
    changes, hits = compare(SET, new, [calls])
    assert changes.changed == ("p.quote",)
    assert ([hit.call_id for hit in hits.gained], [hit.call_id for hit in hits.lost]) == (["b"], ["a"])
    assert compare(SET, new, [])[1].gained == ()
