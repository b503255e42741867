"""On the call page: what was found is confirmed, rejected, relabelled or added, and words are put right, by QA."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from phrases.entry import PhraseSet, Word
from pipeline.settings import Settings
from pipeline.store import audit, dictionary
from pipeline.store.migrate import open_store
from pipeline.store.schema import dictionary_members
from tests.api.conftest import opened_as
from tests.api.test_pages import text_of
from tests.api.test_reviews import kept, send
from tests.api.world import TAGGING, fill, telling_call

CALL = "/calls/20261003-0017"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(data_dir=tmp_path)
    with open_store(made.store_url) as store:
        fill(store, [telling_call()])
    return made


@pytest.fixture
def listener(settings: Settings) -> Iterator[TestClient]:
    with opened_as(settings, "qa_editor", name="sato") as browser:
        yield browser


def test_marks_of_a_line_show_on_the_call_and_may_be_taken_back(listener: TestClient, settings: Settings) -> None:
    assert '/reviews/lines/1/4"' in listener.get(CALL).text
    line = listener.get("/reviews/lines/1/4").text
    assert "appeal-021" in line and "読みで一致" in line
    marked = send(listener, "/reviews/lines/1/4/marks", line, reference="moment:1:4:4:0:0:appeal", answer="wrong")
    assert "違う" in text_of(marked) and "自分の判定を取り消す" in marked
    assert "違う sato" in text_of(listener.get(CALL).text)
    (review,) = kept(settings)
    send(listener, "/reviews/lines/1/4/withdrawals", marked, review=review.review_id)
    assert kept(settings) == [] and "違う sato" not in text_of(listener.get(CALL).text)


def test_marks_relabel_and_add_what_was_missed(listener: TestClient, settings: Settings) -> None:
    line = listener.get("/reviews/lines/1/4").text
    send(listener, "/reviews/lines/1/4/marks", line, reference="moment:1:4:4:0:0:appeal", answer="relabel proposal")
    send(listener, "/reviews/lines/1/4/marks", line, reference="moment:1:4:4:0:0:", answer="missed enablement")
    changed, added = kept(settings)
    assert (changed.verdict, changed.labels) == ("relabel", ("proposal",))
    assert (added.verdict, added.place.label) == ("missed", "enablement")
    assert "正しくは 営業提案" in text_of(listener.get(CALL).text)


def test_marks_do_not_change_what_the_night_counted(listener: TestClient) -> None:
    before = listener.get("/api/v1" + CALL).json()
    line = listener.get("/reviews/lines/1/4").text
    send(listener, "/reviews/lines/1/4/marks", line, reference="moment:1:4:4:0:0:appeal", answer="wrong")
    assert listener.get("/api/v1" + CALL).json() == before
    assert "数字は変わりません" in listener.get(CALL).text


def test_a_correction_shows_beside_what_was_heard_masked(listener: TestClient, settings: Settings) -> None:
    line = listener.get("/reviews/lines/1/3").text
    shown = send(listener, "/reviews/lines/1/3/texts", line, text="電話番号は090-1234-5678です。")
    assert "090" not in shown and "＊" in shown
    page = listener.get(CALL).text
    assert "え、" in page and "電話番号は＊" in page and "090" not in page
    assert "伏せた情報: 電話番号" in text_of(page)
    with open_store(settings.store_url) as store, store.reading() as connection:
        (entry,) = audit.list_entries(connection, action="transcripts.correct")
    assert entry.actor == "sato" and "電話" not in str(entry.details)


def test_marks_are_for_qa_and_of_what_is_there(settings: Settings, listener: TestClient) -> None:
    with opened_as(settings, "manager", name="manager") as browser:
        assert "/reviews/lines/" not in browser.get(CALL).text
        assert browser.get("/reviews/lines/1/4").status_code == 403
    assert listener.get("/reviews/lines/1/99").status_code == 404
    assert listener.get("/reviews/lines/99/1").status_code == 404
    assert listener.get("/reviews/lines/1/4?lang=en").status_code == 200


def test_what_the_word_list_means_shows_beside_what_was_heard(listener: TestClient, settings: Settings) -> None:
    name = Word("見逃しサービス", (), ("見逃し配信",))
    fields = dictionary.items_of(PhraseSet((), (), (name,)))["word", name.surface]
    member = {"version": TAGGING.dictionary_version, "kind": "word", "name": name.surface}
    with open_store(settings.store_url) as store, store.writing() as connection:
        dictionary.keep_texts(connection, [fields])
        connection.execute(sa.insert(dictionary_members).values(**member, text_hash=dictionary.hash_of(fields)))
    page = text_of(listener.get(CALL).text)
    assert "単語登録 見逃し配信 → 見逃しサービス 登録より前の書き起こしのため、本文は聞き取りのまま" in page
    assert "それでしたら、見逃し配信という機能がございまして" in page
