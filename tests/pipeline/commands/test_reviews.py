"""`kouken reviews …`: what to judge with the words around it, and figures that only chance may feed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli import run
from pipeline.store import users
from pipeline.store.migrate import open_store
from tests.api import world

Kouken = Callable[..., tuple[int, Any]]


@pytest.fixture
def kouken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Kouken:
    monkeypatch.setenv("KOUKEN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def run_it(*arguments: object) -> tuple[int, Any]:
        capsys.readouterr()
        code = run([*(str(argument) for argument in arguments)])
        text = capsys.readouterr().out
        return code, json.loads(text) if "--json" in arguments else text

    return run_it


@pytest.fixture
def reviewed(kouken: Kouken, tmp_path: Path) -> Kouken:
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'kouken.db'}")
    world.fill(store)
    store.close()
    return kouken


def test_before_the_first_night_there_is_nothing_to_review(kouken: Kouken) -> None:
    assert kouken("reviews", "next")[0] == 1


def test_what_to_judge_is_shown_with_the_words_around_it(reviewed: Kouken) -> None:
    _, found = reviewed("reviews", "next", "--as", "sato", "--unit", "hit", "--json")
    (scene,) = (one for one in found if one["phrase_id"] == "appeal-021")
    assert scene["found"] == "ソファーで寝そべって" and not scene["is_random"]
    assert [spoken["is_asked"] for spoken in scene["context"]] == [False, False, True, False, False]
    assert "【ソファーで寝そべって】" in reviewed("reviews", "next", "--as", "sato", "--unit", "hit", "--lang", "ja")[1]


def test_the_first_look_draws_the_samples_that_measure(reviewed: Kouken) -> None:
    _, found = reviewed("reviews", "next", "--as", "sato", "--limit", 60, "--json")
    random = [one for one in found if one["is_random"]]
    assert random and all(one["reference"].startswith("item:") and one["probability"] > 0 for one in random)
    _, record = reviewed("audit", "list", "--action", "reviews.draw", "--json")
    assert {entry["details"]["unit"] for entry in record} == {"moment", "utterance"}


def test_judgements_of_random_items_become_precision_and_recall(reviewed: Kouken) -> None:
    reviewed("reviews", "draw", "moment", "--wanted", 1000, "--seed", "s", "--as", "sato")
    _, found = reviewed("reviews", "next", "--as", "sato", "--unit", "moment", "--limit", 100, "--json")
    for one in found:
        verdict = "wrong" if one["label"] == "appeal" else "right"
        assert reviewed("reviews", "mark", one["reference"], verdict, "--as", "sato")[0] == 0
    _, told = reviewed("reviews", "precision", "--limit", 0.5, "--json")
    labels = {one["stratum"]: one for one in told["labels"]}
    assert labels["proposal"]["right"]["estimate"] == 1.0 and labels["proposal"]["right"]["n"] == 7
    assert (labels["appeal"]["right"]["n"], labels["appeal"]["standing"]) == (1, "doubtful")
    assert told["recall"][0]["found"]["n"] == 0
    assert "proposal 1.000 [0.646, 1.000] n=7 基準以上の見込み" in reviewed("reviews", "precision", "--lang", "ja")[1]
    sure = reviewed("reviews", "precision", "--limit", 0.6, "--lang", "ja")[1]
    assert "proposal 1.000 [0.646, 1.000] n=7 基準を満たす" in sure


def test_a_missed_moment_is_added_by_its_place(reviewed: Kouken) -> None:
    code, _ = reviewed("reviews", "mark", "moment:1:0:0:0:0:enablement", "missed", "--as", "sato")
    assert code == 0
    code, _ = reviewed("reviews", "mark", "moment:1:0:0:0:0:decline", "missed", "--as", "sato")
    assert code == 2
    for nonsense in ("item:99", "item:x", "moment:1", "nothing:1:0:0:0:0:appeal"):
        assert reviewed("reviews", "mark", nonsense, "right", "--as", "sato")[0] == 2


def test_agreement_is_told_for_every_two_reviewers(reviewed: Kouken) -> None:
    for name, verdicts in (("sato", ("right", "wrong")), ("suzuki", ("right", "wrong"))):
        for reference, verdict in zip(
            ("moment:1:2:2:0:0:enablement", "moment:1:8:8:0:0:proposal"), verdicts, strict=True
        ):
            reviewed("reviews", "mark", reference, verdict, "--as", name)
    _, (one,) = reviewed("reviews", "agreement", "--json")
    assert (one["one"], one["other"], one["kappa"]["n"], one["kappa"]["kappa"]) == ("sato", "suzuki", 2, 1.0)
    assert "κ=1.00" in reviewed("reviews", "agreement")[1]


def test_nobody_judges_under_a_name_that_is_no_reviewers(reviewed: Kouken, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'kouken.db'}")
    with store.writing() as connection:
        users.add_user(connection, "setup", "root", ["administrator"], "hash")
        users.add_user(connection, "setup", "sato", ["qa_editor"], "hash")
    store.close()
    place = "moment:1:2:2:0:0:enablement"
    for name in ("tanaka", "root"):
        assert reviewed("reviews", "mark", place, "right", "--as", name)[0] == 2
        assert reviewed("reviews", "draw", "moment", "--as", name)[0] == 2
        assert reviewed("reviews", "next", "--as", name)[0] == 2
    assert reviewed("reviews", "mark", place, "right", "--as", "sato")[0] == 0
