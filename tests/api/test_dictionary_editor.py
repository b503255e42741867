"""Writing an entry: linted at the character, tried on stored calls, saved in a draft over nobody's words."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from phrases.entry import Phrase
from phrases.history import Sampled, Tried
from phrases.sample import Total
from pipeline.dictionaries.phrase_trials import Trial
from pipeline.progress import Progress
from pipeline.settings import Settings
from pipeline.store import audit, dictionary, drafts
from pipeline.store.migrate import open_store
from tests.api.dictionary_world import SPORTS, Answer, Desk, copy_of, seen

PART = {"HX-Request": "true"}


@pytest.fixture
def settings(dictionary_folder: Path, tmp_path: Path) -> Settings:
    return copy_of(dictionary_folder, tmp_path / "data")


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    opened = Desk(settings, "sato", "qa_editor")
    yield opened
    opened.close()


def typed(page: Answer, **changes: Any) -> dict[str, Any]:
    """The fields of an editor's page with some of them changed."""
    fields: dict[str, Any] = {}
    for name in ("id", "seen", "weight", "owner"):
        found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
        fields[name] = found[1] if found else ""
    for name in ("phrase", "examples", "counter_examples"):
        found = re.search(rf'<textarea name="{name}"[^>]*>([^<]*)</textarea>', page.text)
        fields[name] = found[1] if found else ""
    checked = re.findall(r'name="(category|levels)" value="(\w+)"[^>]* checked', page.text)
    fields["category"] = next(value for name, value in checked if name == "category")
    fields["levels"] = [value for name, value in checked if name == "levels"]
    return fields | changes


def changes_of(settings: Settings, draft_id: int) -> dict[str, Any]:
    with open_store(settings.store_url) as store, store.reading() as connection:
        return {change.name: change.now for change in drafts.read_draft(connection, draft_id).changes}


def test_a_query_that_cannot_be_read_is_pointed_at(desk: Desk) -> None:
    answer = desk.post("/dictionary/lint", **SPORTS | {"phrase": "パックの(お見積もり"})
    assert answer.status_code == 200
    assert "パックの<mark>(</mark>お見積もり" in answer.text and 'data-position="4"' in answer.text
    assert "誤り 5文字目" in seen(answer)


def test_lint_while_typing_tries_the_examples_and_compares_with_the_other_entries(desk: Desk) -> None:
    fine = seen(desk.post("/dictionary/lint", **SPORTS))
    assert "誤り" not in fine and "聞き違えられやすい" in fine
    told = seen(desk.post("/dictionary/lint", **SPORTS | {"examples": "こんにちは。\nパックのお見積もりです。"}))
    assert "例文に当たりません:「こんにちは。」" in told
    twin = seen(desk.post("/dictionary/lint", **SPORTS | {"phrase": "見積もりをお送りしましょう"}))
    assert "p.quote と同じです" in twin
    assert "書きながら" in seen(desk.post("/dictionary/lint", **SPORTS | {"phrase": " "}))


def test_an_entry_is_tried_on_every_stored_call_before_it_is_saved(desk: Desk, settings: Settings) -> None:
    answer = desk.finished(desk.post("/dictionary/try", **SPORTS))
    text = seen(answer)
    assert "18 当たり 18 通話 (94.7%) 3 オペレーター" in text.replace("通話(", "通話 (")
    assert "広すぎないか" in text
    assert 'href="/calls/20261003-0017#u8"' in answer.text
    with open_store(settings.store_url) as store, store.reading() as connection:
        (entry, *_) = audit.list_entries(connection, actor="sato", action="phrases.test")
    assert entry.object == "p.pack"


def estimated(settings: Settings, progress: Progress) -> Trial:
    """As if the words had been said in a hundred thousand calls."""
    calls, hits = Total(9_000, 8_800, 9_200), Total(12_000, 11_500, 12_500)
    sampled = Sampled(3_000, 20_000, hits, Total(600, 500, 700), calls)
    return Trial(Tried("query", 12_000, 600, 9_000, 0.09, (), frozenset(), sampled), 30, ())


def test_an_estimate_says_so_and_can_be_counted_out(desk: Desk) -> None:
    asked = (Phrase("query", "proposal", "パックのお見積もり"), None)
    jobs = desk.browser.app.state.jobs  # type: ignore[attr-defined]
    job = jobs.start("sato", "trial", estimated, about={"phrase": asked[0].phrase, "asked": asked})
    assert job.wait(120) and job.state == "done"
    text = seen(desk.get(f"/dictionary/work/{job.job_id}"))
    assert "約 12,000 当たり" in text and "少なくとも 30 オペレーター" in text
    assert "20,000 か所のうち 3,000 か所を無作為に" in text and "当たり 11,500〜12,500、通話 8,800〜9,200" in text
    exact = seen(desk.finished(desk.post(f"/dictionary/work/{job.job_id}/exact")))
    assert "18 当たり" in exact and "推定" not in exact


def test_a_new_entry_goes_into_a_draft_and_shows_in_the_list(desk: Desk, settings: Settings) -> None:
    answer = desk.post("/dictionary/edit", **SPORTS, where="new", is_new="yes")
    assert answer.url.path == "/dictionary/drafts/1" and "p.pack 新規 · sato" in seen(answer)
    fields = changes_of(settings, 1)["p.pack"]
    assert fields["phrase"] == SPORTS["phrase"] and fields["examples"] == SPORTS["examples"].split("\n")
    assert "p.pack 営業提案 下書き 新規" in seen(desk.get("/dictionary"))
    assert "下書き 1 で変更中です" in seen(desk.get("/dictionary/entries/p.pack"))


def test_a_change_starts_from_what_is_in_force_and_goes_on_in_the_draft(desk: Desk, settings: Settings) -> None:
    page = desk.get("/dictionary/edit?entry=p.quote")
    desk.post("/dictionary/edit", **typed(page, phrase="お見積もりをお送り"), where="new")
    again = desk.get("/dictionary/edit?entry=p.quote&draft=1")
    assert typed(again)["phrase"] == "お見積もりをお送り"
    desk.post("/dictionary/edit", **typed(again, retired="yes"), where="1")
    assert changes_of(settings, 1)["p.quote"]["status"] == "retired"
    undone = desk.post("/dictionary/drafts/1/undo", kind="phrase", name="p.quote")
    assert "まだ変更がありません" in seen(undone) and changes_of(settings, 1) == {}


def test_a_form_that_makes_no_entry_is_told_why_and_kept(desk: Desk) -> None:
    answer = desk.post("/dictionary/edit", **SPORTS | {"weight": "7"}, is_new="yes")
    assert answer.status_code == 422
    assert "weight は 0 より大きく 1 以下の数です" in seen(answer) and "パックのお見積もり" in answer.text


def test_two_people_changing_one_entry_see_both_texts_and_nothing_is_lost(desk: Desk, settings: Settings) -> None:
    desk.post("/dictionary/drafts", title="みんなで", shared="yes")
    mine = desk.get("/dictionary/edit?entry=p.quote&draft=1")
    other = Desk(settings, "suzuki", "qa_editor")
    theirs = other.get("/dictionary/edit?entry=p.quote&draft=1")
    other.post("/dictionary/edit", **typed(theirs, note="鈴木のメモ"), where="1")
    other.close()
    refused = desk.post("/dictionary/edit", **typed(mine, note="佐藤のメモ"), where="1")
    assert refused.status_code == 409
    assert "鈴木のメモ" in seen(refused) and "佐藤のメモ" in seen(refused)
    assert changes_of(settings, 1)["p.quote"]["note"] == "鈴木のメモ"
    desk.post("/dictionary/edit", **typed(refused, note="両方のメモ"), where="1")
    assert changes_of(settings, 1)["p.quote"]["note"] == "両方のメモ"


def test_nobody_writes_in_somebody_elses_draft(desk: Desk, settings: Settings) -> None:
    with open_store(settings.store_url) as store, store.writing() as connection:
        foreign = drafts.open_draft(connection, "tanaka")
    answer = desk.post("/dictionary/edit", **SPORTS, where=str(foreign), is_new="yes")
    assert answer.status_code == 422 and changes_of(settings, foreign) == {}
    with open_store(settings.store_url) as store, store.reading() as connection:
        assert len(dictionary.list_publications(connection)) == 1


def test_work_can_be_stopped_and_is_nobody_elses(desk: Desk, settings: Settings) -> None:
    answer = desk.post("/dictionary/try", **SPORTS)
    path = answer.url.path
    stopped = desk.post(f"{path}/cancel")
    assert "やめました" in seen(stopped) or "当たり" in seen(stopped)  # it may have been quicker
    other = Desk(settings, "suzuki", "qa_editor")
    assert other.browser.get(path).status_code == 404
    other.close()
    part = desk.browser.get(path, headers=PART)
    assert part.status_code == 200 and "<html" not in part.text
