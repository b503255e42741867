"""The list of entries and one entry: what they say of stored calls and reviews is what the store says."""

import html
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.settings import Settings
from pipeline.store import audit, reviews
from pipeline.store.entry_history import state_of_store
from pipeline.store.migrate import open_store
from pipeline.store.pages import Pins
from pipeline.store.reports import latest_report
from pipeline.store.review_queue import draw
from pipeline.store.reviews import Review
from pipeline.store.schema import review_items
from pipeline.text.dictionary import load_dictionary
from tests.api.dictionary_world import DICTIONARY, Desk, copy_of, seen


@pytest.fixture
def settings(dictionary_folder: Path, tmp_path: Path) -> Settings:
    return copy_of(dictionary_folder, tmp_path / "data")


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    opened = Desk(settings, "sato", "qa_editor")
    yield opened
    opened.close()


def test_the_list_shows_hits_of_stored_calls_and_says_what_is_unknown(desk: Desk) -> None:
    text = seen(desk.get("/dictionary"))
    assert "見積もりをお送りしましょう p.quote 営業提案 公開中 18 18 未確認" in text
    assert "ソファーで寝そべって a.scene 魅力の伝達 公開中 2 2 未確認" in text
    assert DICTIONARY.version in text


@pytest.mark.parametrize(
    ("query", "shown"),
    [("category=appeal", "a.scene"), ("q=ソファー", "a.scene"), ("owner=sato", "p.quote"), ("status=retired", None),
     ("status=published&category=proposal", "p.quote"), ("under=1", None)],
)  # fmt: skip
def test_the_list_is_filtered(desk: Desk, query: str, shown: str | None) -> None:
    text = seen(desk.get(f"/dictionary?{query}"))
    assert [name for name in ("a.scene", "p.quote") if name in text] == ([shown] if shown else [])


def test_a_long_list_goes_on_over_pages_that_keep_the_filter(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.routes.dictionary.ENTRIES", 1)
    first = desk.get("/dictionary?status=published")
    link = html.unescape(next(part for part in first.text.split('"') if "after=" in part))
    rest = desk.get(link)
    assert link == "/dictionary?status=published&after=a.scene"
    assert "a.scene" in seen(first) and "p.quote" not in seen(first)
    assert "p.quote" in seen(rest) and "a.scene" not in seen(rest)
    assert "2〜2 件目(全 2 件)" in seen(rest) and "続きを見る" not in seen(rest)


def test_precision_comes_from_the_random_sample_with_its_interval(desk: Desk, settings: Settings) -> None:
    with open_store(settings.store_url) as store, store.writing() as connection:
        body = latest_report(connection)
        assert body is not None
        draw(connection, Pins.of_report(body), "tanaka", "hit", stratum="p.quote", wanted=18)
        rows = connection.execute(review_items.select()).all()
        for number, row in enumerate(rows):
            verdict = "wrong" if number < 9 else "right"
            reviews.mark(connection, Review(reviews.place_of(row), verdict, "tanaka", (), row.item_id), {}, "test")  # type: ignore[arg-type]
    assert len(rows) == 18
    assert "50% n=18" in seen(desk.get("/dictionary"))
    text = seen(desk.get("/dictionary/entries/p.quote"))
    assert "95%区間" in text and "29%〜71% · n = 18 · 基準を下回る" in text
    assert "p.quote" in seen(desk.get("/dictionary?under=1"))


def test_a_judgement_taken_back_is_a_reason_to_count_anew(settings: Settings) -> None:
    with open_store(settings.store_url) as store:
        with store.writing() as connection:
            body = latest_report(connection)
            assert body is not None
            draw(connection, Pins.of_report(body), "tanaka", "hit", stratum="p.quote", wanted=18)
            row = connection.execute(review_items.select()).first()
            assert row is not None
            made = reviews.mark(
                connection, Review(reviews.place_of(row), "right", "tanaka", (), row.item_id), {}, "test"
            )
            before = state_of_store(connection)
        with store.writing() as connection:
            reviews.withdraw(connection, made, "tanaka")
            assert state_of_store(connection) != before


def test_an_entry_shows_its_hits_where_they_can_be_heard_and_the_look_is_on_record(
    desk: Desk, settings: Settings
) -> None:
    page = desk.get("/dictionary/entries/a.scene")
    assert "ソファーで寝そべって" in seen(page) and "仕事帰りにビール片手に" in seen(page)
    assert 'href="/calls/20261003-0017?recording=1#u4"' in page.text
    assert "製品に付属" in seen(page)
    with open_store(settings.store_url) as store, store.reading() as connection:
        (entry, *_) = audit.list_entries(connection, actor="sato")
    assert (entry.action, entry.object, entry.details) == ("phrases.hits", "a.scene", {"shown": 2})


def test_a_manager_of_a_team_reads_hits_of_the_team_only(settings: Settings) -> None:
    desk = Desk(settings, "kacho", "manager", teams=["第二課"])
    page = desk.get("/dictionary/entries/p.quote").text
    desk.close()
    assert "OP-002-000" in page and "20261003-0017" not in page


def test_an_unknown_entry_is_not_found(desk: Desk) -> None:
    assert desk.browser.get("/dictionary/entries/none").status_code == 404


@pytest.mark.parametrize("form", ["xlsx", "csv", "yaml"])
def test_the_dictionary_in_force_is_exported_as_the_command_does(desk: Desk, form: str, tmp_path: Path) -> None:
    path = tmp_path / f"d.{form}"
    path.write_bytes(desk.get(f"/dictionary/export.{form}").content)
    read = load_dictionary(path)
    assert (read.phrases, read.lists) == (DICTIONARY.phrases, DICTIONARY.lists)
    assert desk.browser.get(f"/dictionary/export.{form}?version=0000").status_code == 404


def test_an_empty_store_has_the_dictionary_that_ships(tmp_path: Path) -> None:
    desk = Desk(Settings(data_dir=tmp_path / "empty"), "sato", "qa_editor")
    text = seen(desk.get("/dictionary"))
    desk.close()
    assert "338 件の項目" in text and "夜間バッチがまだ一度も終わっていない" in text
