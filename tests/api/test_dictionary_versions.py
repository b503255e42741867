"""Versions, files, the word list and the lists: pages over the same functions as the commands."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from phrases.entry import Phrase, PhraseSet, Word
from pipeline.dictionaries.dictionary import published_dictionary, registered_words
from pipeline.settings import Settings
from pipeline.store import audit, dictionary, drafts
from pipeline.store.migrate import open_store
from pipeline.text.dictionary import save_dictionary
from tests.api.dictionary_world import DICTIONARY, QUOTE, SCENE, Answer, Desk, copy_of, seen

MORE = Phrase("p.more", "proposal", "お送りしましょう", examples=("送りましょう。",) * 2, counter_examples=("はい。",))
SECOND = PhraseSet((*DICTIONARY.phrases, MORE), DICTIONARY.lists, DICTIONARY.names)


@pytest.fixture
def settings(dictionary_folder: Path, tmp_path: Path) -> Settings:
    return copy_of(dictionary_folder, tmp_path / "data")


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    opened = Desk(settings, "sato", "qa_editor", "qa_approver")
    yield opened
    opened.close()


def publish(settings: Settings, phrase_set: PhraseSet) -> None:
    with open_store(settings.store_url) as store, store.writing() as connection:
        dictionary.publish_items(connection, dictionary.items_of(phrase_set), "draft", "tanaka", {})


def changes_of(settings: Settings, draft_id: int) -> dict[str, Any]:
    with open_store(settings.store_url) as store, store.reading() as connection:
        return {change.name: change.now for change in drafts.read_draft(connection, draft_id).changes}


def newest_draft(settings: Settings) -> int:
    """Its number, which need not be how many there are: one that was refused may have used up a number."""
    with open_store(settings.store_url) as store, store.reading() as connection:
        return max(draft.draft_id for draft in drafts.list_drafts(connection))


def upload(desk: Desk, path: str, file: Path, **fields: str) -> Answer:
    files = {"file": (file.name, file.read_bytes())}
    return desk.browser.post(path, data={"csrf": desk.csrf, **fields}, files=files)


def test_versions_are_compared_in_texts_and_on_request_in_hits(desk: Desk, settings: Settings) -> None:
    publish(settings, SECOND)
    page = desk.get("/dictionary/versions")
    pair = f"old={DICTIONARY.version}&amp;new={SECOND.version}"
    assert pair in page.text and "製品に付属" in seen(page)
    text = seen(desk.get(f"/dictionary/versions/compare?{pair.replace('&amp;', '&')}"))
    assert "違うところ 1 件" in text and "p.more 新規" in text
    work = desk.post("/dictionary/versions/compare", old=DICTIONARY.version, new=SECOND.version)
    assert "増える当たり 18 当たり" in seen(desk.finished(work))
    assert desk.browser.get(f"/dictionary/versions/compare?old={'0' * 16}&new={SECOND.version}").status_code == 404


def test_an_older_version_is_put_in_force_again_with_a_reason(desk: Desk, settings: Settings) -> None:
    publish(settings, SECOND)
    path = f"/dictionary/versions/{DICTIONARY.version}/restore"
    assert "戻す理由を書いてください" in seen(desk.post(path))
    assert "広すぎた" in seen(desk.post(path, remark="広すぎた"))
    with open_store(settings.store_url) as store:
        assert published_dictionary(store) == DICTIONARY
        with store.reading() as connection:
            (entry, *_) = audit.list_entries(connection, action="phrases.rollback")
    assert (entry.actor, entry.object, entry.details["via"]) == ("sato", DICTIONARY.version, "web")
    assert "はいま公開中です" in seen(desk.post(path, remark="もう一度"))


def test_only_approvers_put_an_older_version_in_force(settings: Settings) -> None:
    editor = Desk(settings, "tanaka", "qa_editor")
    assert editor.post(f"/dictionary/versions/{DICTIONARY.version}/restore", remark="x").status_code == 403
    editor.close()


@pytest.mark.parametrize("form", ["xlsx", "csv", "yaml"])
def test_the_changes_of_a_file_go_into_a_draft(desk: Desk, settings: Settings, tmp_path: Path, form: str) -> None:
    file = tmp_path / f"辞書.{form}"
    save_dictionary(PhraseSet((SCENE, QUOTE, MORE), DICTIONARY.lists), file, DICTIONARY.version)
    looked = seen(upload(desk, "/dictionary/import", file, preview="yes"))
    assert "1 新規" in looked and "3 変更なし" in looked and "まだ取り込んでいません" in looked
    taken = seen(upload(desk, "/dictionary/import", file, title="来月の分"))
    assert "下書き 1 を見る" in taken and list(changes_of(settings, 1)) == ["p.more"]
    assert "来月の分" in seen(desk.get("/dictionary/drafts"))


def test_a_bad_row_refuses_the_file_and_is_named(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_text("id,category,phrase\np.a,proposal,見積もり\np.b,nothing,見積もり\n", encoding="utf-8-sig")
    answer = upload(desk, "/dictionary/import", file)
    assert answer.status_code == 422 and re.search(r" 3 category p\.b .*「nothing」は使えません", seen(answer))
    assert "進行中の下書きはありません" in seen(desk.get("/dictionary/drafts"))
    other = tmp_path / "d.exe"
    other.write_bytes(b"MZ")
    assert "ファイルを選んでください" in seen(upload(desk, "/dictionary/import", other))


def test_what_the_product_brings_goes_into_a_draft(desk: Desk, settings: Settings) -> None:
    assert "まだ入れていない項目や新しい内容が" in seen(desk.get("/dictionary/import"))
    assert "下書き 1 を見る" in seen(desk.post("/dictionary/import/starter"))
    assert "proposal.quote-1" in changes_of(settings, 1)


def seen_word(desk: Desk) -> str:
    """The text of the first name on the page, as its form remembers it."""
    return str(desk.get("/dictionary/words").text.partition('name="seen" value="')[2][:64])


def test_a_word_is_added_in_a_draft_and_in_force_after_a_second_person_agreed(desk: Desk, settings: Settings) -> None:
    def registered() -> list[str]:
        with open_store(settings.store_url) as store:
            return [word.surface for word in registered_words(store)]

    page = desk.post("/dictionary/words", surface="見逃し配信", readings="みのがしはいしん", misheard="身の樫配信")
    assert "単語登録: 見逃し配信 新規" in seen(page) and registered() == ["スポーツパック"]
    assert "確認待ち" in seen(desk.finished(desk.post("/dictionary/drafts/1/submit")))
    assert "自分では承認できません" in seen(desk.post("/dictionary/drafts/1/approve"))
    second = Desk(settings, "suzuki", "qa_approver")
    second.post("/dictionary/drafts/1/approve")
    second.close()
    desk.finished(desk.post("/dictionary/drafts/1/publish"))
    assert registered() == ["スポーツパック", "見逃し配信"]


def test_a_word_is_renamed_and_removed_in_a_draft_over_nobodys_words(desk: Desk, settings: Settings) -> None:
    old = seen_word(desk)
    bad = desk.post("/dictionary/words", surface="スポーツパック", readings="漢字", before="スポーツパック", seen=old)
    assert bad.status_code == 422 and "かなで書いてください" in seen(bad)
    desk.post("/dictionary/words", surface="スポーツのパック", before="スポーツパック", seen=old)
    assert [now is None for now in changes_of(settings, newest_draft(settings)).values()] == [False, True]
    desk.post("/dictionary/words", before="スポーツパック", seen=old, remove="yes", where="new")
    assert changes_of(settings, newest_draft(settings)) == {"スポーツパック": None}
    publish(settings, PhraseSet(DICTIONARY.phrases, DICTIONARY.lists, (Word("スポーツパック", ("すぽぱ",)),)))
    late = desk.post("/dictionary/words", surface="スポーツパック", readings="すぱ", before="スポーツパック", seen=old)
    assert late.status_code == 409 and "ほかの方の変更とぶつかりました" in seen(late) and "すぽぱ" in seen(late)


def test_a_file_of_words_is_looked_at_before_it_is_taken_into_a_draft(
    desk: Desk, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "words.csv"
    file.write_text("表記,読み,誤認識\n見逃し配信,みのがしはいしん,\n", encoding="utf-8")
    assert "追加 1、変更 0、削除 1" in seen(upload(desk, "/dictionary/words/file", file, preview="yes"))
    assert "スポーツパック" in desk.get("/dictionary/words.csv").content.decode("utf-8-sig")
    assert "見逃し配信 新規" in seen(upload(desk, "/dictionary/words/file", file))
    assert changes_of(settings, 1).keys() == {"スポーツパック", "見逃し配信"}
    file.write_text("よくわからない見出し\nx\n", encoding="utf-8")
    assert upload(desk, "/dictionary/words/file", file).status_code == 422


def test_a_list_is_changed_in_a_draft(desk: Desk, settings: Settings) -> None:
    seen_hash = desk.get("/dictionary/lists").text.partition('name="seen" value="')[2][:64]
    desk.post("/dictionary/lists", name="商品", words="スポーツパック\n映画パック", seen=seen_hash)
    assert changes_of(settings, 1) == {"商品": {"words": ["スポーツパック", "映画パック"]}}
    desk.post("/dictionary/lists", name="@季節", words="春\n夏", where="1")
    assert "季節" in changes_of(settings, 1)
    stale = desk.post("/dictionary/lists", name="商品", words="ほか", seen="", where="1")
    assert stale.status_code == 409 and "スポーツパック 映画パック" in seen(stale) and "ほか" in seen(stale)


def long_file(folder: Path, rows: int) -> Path:
    """Rows that are all new and all in order."""
    entries = tuple(
        Phrase(
            f"p.long-{number}", "proposal", f"{number}番の資料をお送り",
            examples=(f"{number}番の資料をお送りします。", f"では{number}番の資料をお送りしますね。"),
            counter_examples=("はい。",),
        )
        for number in range(100, 100 + rows)
    )  # fmt: skip
    file = folder / "long.csv"
    save_dictionary(PhraseSet((*DICTIONARY.phrases, *entries), DICTIONARY.lists), file, DICTIONARY.version)
    return file


def test_a_long_file_is_looked_at_beside_the_pages_and_told_as_a_short_one(
    desk: Desk, settings: Settings, tmp_path: Path
) -> None:
    file = long_file(tmp_path, 60)
    looking = upload(desk, "/dictionary/import", file, preview="yes")
    assert "/dictionary/work/" in str(looking.url)
    looked = seen(desk.finished(looking))
    assert "60 新規" in looked and "まだ取り込んでいません" in looked
    taken = desk.finished(upload(desk, "/dictionary/import", file))
    assert "60 新規" in seen(taken) and "下書き 1 を見る" in seen(taken)
    assert len(changes_of(settings, 1)) == 60
    file.write_bytes(file.read_bytes().replace(b"p.long-159,proposal", b"p.long-159,nothing"))
    refused = seen(desk.finished(upload(desk, "/dictionary/import", file)))
    assert "すべての問題を CSV で保存" in refused
    assert "「nothing」は使えません" in refused and "何も取り込んでいません" in refused and "60 新規" not in refused


def test_taking_in_a_long_file_is_stopped_and_nothing_is_taken(desk: Desk, tmp_path: Path) -> None:
    going_on = upload(desk, "/dictionary/import", long_file(tmp_path, 1500))
    assert "data-running" in going_on.text
    assert re.search(r'href="/dictionary/import"\s+aria-current', going_on.text)  # where it belongs
    assert '<p class="crumb"><a href="/dictionary/import">' in going_on.text  # and the way back
    stopped = desk.post(f"{going_on.url.path}/cancel")
    assert "やめました" in seen(stopped) and "何も取り込んでいません" in seen(stopped)
    assert "進行中の下書きはありません" in seen(desk.get("/dictionary/drafts"))


def test_a_long_word_list_goes_into_the_chosen_draft_beside_the_pages(
    desk: Desk, settings: Settings, tmp_path: Path
) -> None:
    desk.post("/dictionary/words", surface="別の名前", readings="べつのなまえ", where="new")
    file = tmp_path / "words.csv"
    names = "".join(f"商品{number}号,しょうひん,\n" for number in range(600))
    file.write_text(f"表記,読み,誤認識\n{names}", encoding="utf-8")
    begun = upload(desk, "/dictionary/words/file", file, where="1")
    desk.finished(begun)
    changed = changes_of(settings, 1)
    assert len([now for now in changed.values() if now is not None]) == 600 and changed["スポーツパック"] is None
    clashing = "".join(f"別商品{number}号,しょうひん,スポーツパック\n" for number in range(600))
    file.write_text(f"表記,読み,誤認識\n{clashing}", encoding="utf-8")
    assert upload(desk, "/dictionary/words/file", file, where="1").status_code == 422


def test_a_long_query_is_cut_as_a_heading_and_shown_whole_on_request(desk: Desk, settings: Settings) -> None:
    phrase = " OR ".join(f"見積もり{number}" for number in range(20))
    publish(settings, PhraseSet((replace(QUOTE, phrase=phrase), SCENE), DICTIONARY.lists, DICTIONARY.names))
    page = desk.get("/dictionary/entries/p.quote").text
    assert f'<h1 class="query">{phrase}</h1>' in page and '<details class="whole-query">' in page
    assert "whole-query" not in desk.get("/dictionary/entries/a.scene").text
