"""The small support centre with a small dictionary that its calls were really tagged with, and browsers in it."""

import re
import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from phrases.entry import Phrase, PhraseSet, Word
from phrases.matcher import Matcher
from pipeline.records import Transcript
from pipeline.settings import Settings
from pipeline.store import dictionary, transcripts
from pipeline.store.migrate import open_store
from pipeline.store.users import Role
from pipeline.text.tagger import load_tagger
from pipeline.text.tagging import tag_transcript
from tests.api import world
from tests.api.conftest import opened_as
from tests.stores import copy_with

Answer = Any  # of the test client

QUOTE = Phrase(
    "p.quote",
    "proposal",
    "見積もりをお送りしましょう",
    owner="sato",
    examples=("見積もりをお送りしましょうか。", "見積もりをお送りしましょう。"),
    counter_examples=("お電話ありがとうございます。",),
)
SCENE = Phrase(
    "a.scene",
    "appeal",
    "ソファーで寝そべって",
    examples=("ソファーで寝そべって見ます。", "ソファーで寝そべってください。"),
    counter_examples=("お電話ありがとうございます。",),
)
DICTIONARY = PhraseSet((SCENE, QUOTE), (("商品", ("スポーツパック",)),), (Word("スポーツパック", ("スポーツパック",)),))
SPORTS: dict[str, Any] = {
    "id": "p.pack",
    "category": "proposal",
    "phrase": "パックのお見積もり",
    "levels": ["surface", "normalized", "reading"],
    "examples": "パックのお見積もりです。\nパックのお見積もりをいたします。",
    "counter_examples": "お電話ありがとうございます。",
}


def fill_folder(folder: Path) -> None:
    """A store of 19 calls, tagged by the published dictionary and the product's own rules."""
    folder.mkdir(parents=True, exist_ok=True)
    rules = load_tagger(PhraseSet(())).rules_version
    before = world.TAGGING, world.VERSIONS
    world.TAGGING = transcripts.Tagging(DICTIONARY.version, rules)
    world.VERSIONS = world.VERSIONS | {"dictionary": DICTIONARY.version, "rules": rules}
    try:
        with open_store(Settings(data_dir=folder).store_url) as store:
            with store.writing() as connection:
                dictionary.seed(connection, DICTIONARY)
            matcher = Matcher(DICTIONARY)
            world.fill(store, [_tagged(item, matcher) for item in world.all_calls()])
    finally:
        world.TAGGING, world.VERSIONS = before


def copy_of(folder: Path, to: Path) -> Settings:
    """A centre of one's own."""
    shutil.copytree(folder, to)
    copy_with(folder, to)
    return Settings(data_dir=to)


def _tagged(item: world.Said, matcher: Matcher) -> world.Said:
    transcript = Transcript(item.call_id, None, None, {}, item.utterances)
    return replace(item, tags=tag_transcript(transcript, matcher))


class Desk:
    """One person's browser on the pages of the dictionary: what it posts bears its session's token."""

    def __init__(self, settings: Settings, name: str, *roles: Role, teams: Sequence[str] = ()) -> None:
        self.browser: TestClient = opened_as(settings, *roles, name=name, teams=teams)
        self.browser.__enter__()
        page = self.browser.get("/account").text
        found = re.search(r'name="csrf" value="([^"]+)"', page)
        assert found
        self.csrf = found[1]

    def get(self, path: str) -> Answer:
        """A page that must open."""
        answer = self.browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code, seen(answer))
        return answer

    def post(self, path: str, **fields: Any) -> Answer:
        """A form as the page sends it; where it leads to, too."""
        return self.browser.post(path, data={"csrf": self.csrf, **fields})

    def finished(self, answer: Answer) -> Answer:
        """The page of a piece of work when it has ended."""
        for _ in range(600):
            if "data-running" not in answer.text:
                return answer
            time.sleep(0.1)
            answer = self.get(str(answer.url).replace("http://127.0.0.1:8000", ""))
        raise AssertionError("it never ended")

    def close(self) -> None:
        """The server goes down with it."""
        self.browser.__exit__(None, None, None)


def seen(answer: Answer) -> str:
    """What a reader sees of a page, without tags and line breaks."""
    body = answer.text.partition("<body>")[2] or answer.text
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))
