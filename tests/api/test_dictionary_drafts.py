"""From draft to publication on pages: what it changes is shown, and two people have to agree."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import Request

from api import working
from api.access import Visitor
from api.refused import Told, told_of_work
from api.routes import dictionary_work as routes_of_work
from pipeline.dictionaries.dictionary import published_dictionary
from pipeline.processes.background import Job
from pipeline.settings import Settings
from pipeline.store import audit
from pipeline.store.migrate import open_store
from tests.api.dictionary_world import QUOTE, SPORTS, Desk, copy_of, seen


@pytest.fixture
def settings(dictionary_folder: Path, tmp_path: Path) -> Settings:
    return copy_of(dictionary_folder, tmp_path / "data")


@pytest.fixture
def sato(settings: Settings) -> Iterator[Desk]:
    opened = Desk(settings, "sato", "qa_editor", "qa_approver")
    yield opened
    opened.close()


@pytest.fixture
def suzuki(settings: Settings) -> Iterator[Desk]:
    opened = Desk(settings, "suzuki", "qa_approver")
    yield opened
    opened.close()


def actions(settings: Settings, actor: str) -> list[str]:
    with open_store(settings.store_url) as store, store.reading() as connection:
        return [entry.action for entry in audit.list_entries(connection, actor=actor)]


def in_force(settings: Settings) -> set[str]:
    with open_store(settings.store_url) as store:
        return set(published_dictionary(store).by_id)


def test_what_publication_would_change_is_shown_with_examples_and_scores(sato: Desk) -> None:
    sato.post("/dictionary/edit", **SPORTS, is_new="yes")
    text = seen(sato.finished(sato.post("/dictionary/drafts/1/review")))
    assert "増える当たり 18 当たり 18 通話 3 オペレーター" in text
    assert "減る当たり 0 当たり 0 通話" in text
    assert "センター全体 19" in text and "円の貢献額は" in text
    assert "場面のあった契約と、その月額" in text and "いずれかの場面" in text and "貢献額ではありません" in text
    assert "p.pack 18 18 94.7% 3 通話の 95 % に当たります" in text


def test_a_draft_with_errors_shows_them_and_cannot_be_submitted(sato: Desk) -> None:
    sato.post("/dictionary/edit", **SPORTS | {"examples": "こんにちは。"}, is_new="yes")
    text = seen(sato.finished(sato.post("/dictionary/drafts/1/review")))
    assert re.search("examples p.pack 例文が 2 つ要ります", text) and "増える当たり" not in text
    refused = seen(sato.finished(sato.post("/dictionary/drafts/1/submit")))
    assert "辞書を読み込みませんでした" in refused and "例文が 2 つ要ります" in refused
    assert "確認待ち" not in seen(sato.get("/dictionary/drafts/1"))


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "part"])
def test_work_that_ends_while_its_page_is_made_keeps_its_reasons(
    sato: Desk, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    def reasons(request: Request, visitor: Visitor, job: Job) -> Told | None:
        found = told_of_work(request, visitor, job)
        assert job.wait(60)
        return found

    sato.post("/dictionary/edit", **SPORTS | {"examples": "こんにちは。"}, is_new="yes")
    monkeypatch.setattr(working, "PATIENCE_S", 0)
    for place in (working, routes_of_work):
        monkeypatch.setattr(place, "told_of_work", reasons)
    sato.browser.headers |= headers
    answer = sato.post("/dictionary/drafts/1/submit")
    assert "data-running" in answer.text
    if not headers:
        assert "例文が 2 つ要ります" in seen(sato.finished(answer))


def test_a_draft_is_published_after_a_second_person_agreed(sato: Desk, suzuki: Desk, settings: Settings) -> None:
    sato.post("/dictionary/edit", **SPORTS, is_new="yes")
    assert "確認待ち" in seen(sato.finished(sato.post("/dictionary/drafts/1/submit")))
    assert "あなたの承認を待っている下書きがあります: 下書き 1" in seen(suzuki.get("/dictionary/drafts"))
    assert "あなたの承認を待っている" not in seen(sato.get("/dictionary/drafts"))
    assert "承認済み" in seen(suzuki.post("/dictionary/drafts/1/approve", remark="よいと思います"))
    assert "よいと思います" in seen(sato.get("/dictionary/drafts/1"))
    assert "公開済み" in seen(sato.finished(sato.post("/dictionary/drafts/1/publish")))
    assert "p.pack" in in_force(settings)
    assert "phrases.approve" in actions(settings, "suzuki") and "phrases.publish" in actions(settings, "sato")


def test_e4_the_author_is_refused_with_the_reason_and_on_record(sato: Desk, settings: Settings) -> None:
    sato.post("/dictionary/edit", **SPORTS, is_new="yes")
    sato.finished(sato.post("/dictionary/drafts/1/submit"))
    assert "自分では承認できません" in seen(sato.get("/dictionary/drafts/1"))
    answer = sato.post("/dictionary/drafts/1/approve")
    assert answer.status_code == 403 and "自分の書いた変更や出した変更は、自分では承認できません" in seen(answer)
    assert "phrases.approve_refused" in actions(settings, "sato")
    early = seen(sato.finished(sato.post("/dictionary/drafts/1/publish")))
    assert "承認されていない変更は公開できません" in early and "p.pack" not in in_force(settings)


def test_sending_back_needs_a_reason(sato: Desk, suzuki: Desk) -> None:
    sato.post("/dictionary/edit", **SPORTS, is_new="yes")
    sato.finished(sato.post("/dictionary/drafts/1/submit"))
    assert "差し戻す理由を書いてください" in seen(suzuki.post("/dictionary/drafts/1/reject"))
    back = seen(suzuki.post("/dictionary/drafts/1/reject", remark="例文が足りません"))
    assert "suzuki : 例文が足りません" in back
    assert "例文が足りません" in seen(sato.get("/dictionary/drafts/1"))


def test_an_editor_may_not_approve_and_an_approver_may_not_edit(suzuki: Desk, settings: Settings) -> None:
    editor = Desk(settings, "tanaka", "qa_editor")
    assert editor.post("/dictionary/drafts/1/approve").status_code == 403
    editor.close()
    assert suzuki.post("/dictionary/edit", **SPORTS).status_code == 403
    assert suzuki.browser.get("/dictionary/edit").status_code == 403


def test_a_draft_that_is_given_up_stays_readable(sato: Desk) -> None:
    sato.post("/dictionary/edit", **SPORTS, is_new="yes")
    assert "取りやめ" in seen(sato.post("/dictionary/drafts/1/discard"))
    assert SPORTS["phrase"] in seen(sato.get("/dictionary/drafts/1"))
    assert sato.post("/dictionary/drafts/1/discard").status_code == 422
    assert sato.browser.get("/dictionary/drafts/99").status_code == 404


def test_what_was_published_meanwhile_is_shown_beside_the_draft(sato: Desk, suzuki: Desk, settings: Settings) -> None:
    quote = {"id": "p.quote", "category": "proposal", "phrase": QUOTE.phrase, "levels": ["surface"]}
    quote |= {"examples": "\n".join(QUOTE.examples), "counter_examples": QUOTE.counter_examples[0]}
    began = sato.get("/dictionary/edit?entry=p.quote").text.partition('name="seen" value="')[2][:64]
    sato.post("/dictionary/edit", **quote, note="公開される", seen=began)
    other = Desk(settings, "tanaka", "qa_editor")
    other.post("/dictionary/edit", **quote, note="あとになる", seen=began)
    sato.finished(sato.post("/dictionary/drafts/1/submit"))
    suzuki.post("/dictionary/drafts/1/approve")
    sato.finished(sato.post("/dictionary/drafts/1/publish"))
    text = seen(other.get("/dictionary/drafts/2"))
    other.close()
    assert "公開中の内容が変わりました" in text and "公開される" in text and "あとになる" in text
