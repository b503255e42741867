"""The call page of a recording in which not both are told apart: of one channel, of one voice, of nobody's."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.records import Utterance
from pipeline.settings import Settings
from pipeline.store.migrate import open_store
from tests.api.conftest import opened_as
from tests.api.world import Said, fill, say, telling_call

SAID = "お電話ありがとうございます。"
BOTH, NEITHER = "上: オペレーター 下: お客様", "話者不明"
CALLS: dict[str, tuple[tuple[Utterance, ...], str | None]] = {
    "nobody told apart": ((say("unknown", 0, 2_000, SAID), say("unknown", 3_000, 5_000, SAID)), NEITHER),
    "customer alone": ((say("customer", 0, 2_000, SAID),), BOTH),
    "some told apart": ((say("operator", 0, 2_000, SAID), say("unknown", 3_000, 5_000, SAID)), BOTH),
    "nothing said": ((), None),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_call_is_shown_whoever_is_heard_in_it(tmp_path: Path, name: str, language: str) -> None:
    utterances, legend = CALLS[name]
    settings = Settings(data_dir=tmp_path)
    with open_store(settings.store_url) as store:
        fill(store, [telling_call(), Said("mono", utterances)])
    with opened_as(settings, "qa_editor", name="sato") as browser:
        answer = browser.get(f"/calls/mono?lang={language}")
        listed = browser.get("/calls").text
        without = browser.get("/calls?without=proposal").text
    told = "operator" in {utterance.speaker for utterance in utterances}
    assert ("mono" in without) is told  # of the others nobody knows
    cells = re.findall(r'class="num mk"[^>]*><span class="quiet nil">([0—])', listed[listed.index("/calls/mono") :])
    assert cells[:3] == (["0"] * 3 if told else ["—"] * 3)
    assert answer.status_code == 200
    if language == "ja":
        rows = re.findall(r'<span class="row">([^<]*)</span>', answer.text)
        assert " ".join(rows) == (legend or "")


def test_call_whose_words_have_no_times_is_one_of_those_without_a_moment(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    untimed = replace(say("operator", 0, 2_000, SAID), start_ms=None, end_ms=None)
    with open_store(settings.store_url) as store:
        fill(store, [telling_call(), Said("untimed", (untimed,))])
    with opened_as(settings, "qa_editor", name="sato") as browser:
        assert "untimed" in browser.get("/calls?without=proposal").text
