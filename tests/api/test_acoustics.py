"""How a call was spoken, on its page: a figure that an earlier version did not count yet is unknown, never left out."""

from dataclasses import asdict, replace
from pathlib import Path

import sqlalchemy as sa

from pipeline.records import Acoustics
from pipeline.settings import Settings
from pipeline.store.migrate import open_store
from pipeline.store.schema import transcripts
from tests.api.conftest import opened_as
from tests.api.test_pages import text_of
from tests.api.world import fill, telling_call

BEFORE = Acoustics(100_000, 40_000, 20_000, 0.67, (), (), None, None, None)
NOW = replace(BEFORE, miitel_score=26.3, miitel_formula="miitel-2020-10-26")
NOBODY_TALKED = replace(NOW, talk_ratio=None, miitel_score=None)


def page_of(tmp_path: Path, found: Acoustics) -> str:
    settings = Settings(data_dir=tmp_path)
    with open_store(settings.store_url) as store:
        fill(store, [telling_call()])
        with store.writing() as connection:
            connection.execute(sa.update(transcripts).values(acoustics=asdict(found)))
    with opened_as(settings, "qa_editor", name="sato") as browser:
        return text_of(browser.get("/calls/20261003-0017").text)


def test_score_is_unknown_on_a_call_transcribed_before_it_was_counted(tmp_path: Path) -> None:
    assert "公開された式による点 不明(この点を数える前の書き起こし)" in page_of(tmp_path, BEFORE)


def test_score_stands_with_the_version_of_its_rule(tmp_path: Path) -> None:
    assert "公開された式による点 miitel-2020-10-26 26.3" in page_of(tmp_path, NOW)


def test_call_in_which_nobody_talked_has_no_score(tmp_path: Path) -> None:
    assert "公開された式による点 miitel-2020-10-26 —" in page_of(tmp_path, NOBODY_TALKED)
