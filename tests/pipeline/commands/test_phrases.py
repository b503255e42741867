"""`kouken phrases …` over the store: from a file to publication by two people, and what an edit does to calls."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from phrases.entry import Phrase, PhraseSet
from phrases.matcher import Matcher
from pipeline.cli import run
from pipeline.store import dictionary, transcripts, users
from pipeline.store.migrate import open_store
from pipeline.text.dictionary import save_dictionary
from pipeline.text.tagger import load_tagger
from pipeline.text.tagging import tag_transcript
from tests.api import world

SPORTS = Phrase(
    "p.pack",
    "proposal",
    "パックのお見積もり",
    examples=("パックのお見積もりです。", "パックのお見積もりをいたします。"),
    counter_examples=("お電話ありがとうございます。",),
)
QUOTE = replace(
    SPORTS,
    id="p.quote",
    phrase="見積もりをお送りしましょう",
    examples=("見積もりをお送りしましょうか。", "見積もりをお送りしましょう。"),
)
SCENE = Phrase(
    "a.scene",
    "appeal",
    "ソファーで寝そべって",
    examples=("ソファーで寝そべって見ます。", "ソファーで寝そべってください。"),
    counter_examples=("お電話ありがとうございます。",),
)
HOLD = replace(
    SPORTS,
    id="p.hold",
    phrase="お待ちください",
    examples=("このままお待ちください。", "そのままお待ちください。"),
)
DICTIONARY = PhraseSet((SCENE, QUOTE))


class Out:
    """What a command said and how it left."""

    def __init__(self, code: int, text: str, error: str) -> None:
        self.code, self.text, self.error = code, text, error

    @property
    def json(self) -> Any:
        assert self.text, self.error
        return json.loads(self.text)


Kouken = Callable[..., Out]


@pytest.fixture
def kouken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Kouken:
    """The command line over a store of 19 calls whose dictionary is small."""
    monkeypatch.setenv("KOUKEN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    rules = load_tagger(PhraseSet(())).rules_version
    monkeypatch.setattr(world, "TAGGING", transcripts.Tagging(DICTIONARY.version, rules))
    monkeypatch.setattr(world, "VERSIONS", world.VERSIONS | {"dictionary": DICTIONARY.version, "rules": rules})
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'kouken.db'}")
    with store.writing() as connection:
        dictionary.seed(connection, DICTIONARY)
    matcher = Matcher(DICTIONARY)
    said = [_tagged(item, matcher) for item in world.all_calls()]
    world.fill(store, said)
    store.close()

    def run_it(*arguments: object) -> Out:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Out(code, captured.out, captured.err)

    return run_it


def _tagged(item: world.Said, matcher: Matcher) -> world.Said:
    from pipeline.records import Transcript

    found = tag_transcript(Transcript(item.call_id, None, None, {}, item.utterances), matcher)
    return replace(item, tags=found)


def file_of(tmp_path: Path, *phrases: Phrase, name: str = "edit.yaml") -> Path:
    save_dictionary(PhraseSet(phrases), tmp_path / name)
    text = (tmp_path / name).read_text(encoding="utf-8")
    (tmp_path / name).write_text(text.split("\n", 1)[1], encoding="utf-8")  # written by hand: names no version
    return tmp_path / name


def through(kouken: Kouken, path: Path) -> str:
    """From the file to publication; the version."""
    assert kouken("phrases", "import", path, "--as", "sato").code == 0
    assert kouken("phrases", "submit", "--as", "sato").code == 0
    assert kouken("phrases", "approve", "--as", "suzuki").code == 0
    version: str = kouken("phrases", "publish", "--as", "sato", "--json").json["version"]
    return version


def test_a_file_becomes_a_version_by_two_people(kouken: Kouken, tmp_path: Path) -> None:
    version = through(kouken, file_of(tmp_path, SPORTS))
    listed = kouken("phrases", "list", "--json").json
    assert listed["version"] == version
    assert [entry["id"] for entry in listed["phrases"]] == ["a.scene", "p.pack", "p.quote"]
    history = kouken("phrases", "history", "--json").json
    assert [(item["kind"], item["published_by"]) for item in history] == [("draft", "sato"), ("starter", "kouken")]


def test_e4_as_another_spelling_of_the_author_does_not_help(kouken: Kouken, tmp_path: Path) -> None:
    kouken("phrases", "import", file_of(tmp_path, SPORTS), "--as", "sato")
    kouken("phrases", "submit", "--as", "sato")
    refused = kouken("phrases", "approve", "--as", "Ｓａｔｏ", "--lang", "en")
    assert refused.code == 2 and "Nobody approves" in refused.error
    assert kouken("phrases", "publish", "--draft", "1", "--as", "sato").code == 2
    assert kouken("phrases", "publish", "1", "--as", "sato").code == 2
    record = kouken("audit", "list", "--action", "phrases", "--json").json
    assert [entry["action"] for entry in record[:2]] == ["phrases.publish_refused", "phrases.approve_refused"]
    assert record[0]["details"]["via"].startswith("command:")
    assert kouken("audit", "verify").code == 0


def test_two_invented_names_are_not_two_people_where_people_are_registered(kouken: Kouken, tmp_path: Path) -> None:
    path = file_of(tmp_path, SPORTS)
    free = kouken("phrases", "import", path, "--as", "sato", "--lang", "en")
    assert free.code == 0 and "“sato” was not checked" in free.error
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'kouken.db'}")
    with store.writing() as connection:
        for name, role in (("root", "administrator"), ("sato", "qa_editor"), ("suzuki", "qa_approver")):
            users.add_user(connection, "setup", name, [role], "hash")  # type: ignore[list-item]
    store.close()
    for command, name in (("submit", "tanaka"), ("submit", "suzuki"), ("approve", "tanaka"), ("approve", "sato"),
                          ("publish", "root"), ("import", "tanaka"), ("reject", "root"), ("discard", "suzuki"),
                          ("rollback", "sato")):  # fmt: skip
        given: dict[str, list[object]] = {
            "import": [path], "discard": [1], "reject": ["--remark", "x"], "rollback": ["x", "--remark", "x"]
        }  # fmt: skip
        refused = kouken("phrases", command, *given.get(command, []), "--as", name, "--lang", "ja")
        assert refused.code == 2 and f"「{name}」" in refused.error and "--as で" in refused.error, command
    record = kouken("audit", "list", "--action", "phrases", "--json").json
    assert (record[0]["action"], record[0]["actor"]) == ("phrases.rollback_refused", "sato")
    assert kouken("phrases", "submit", "--as", "sato").code == 0
    assert kouken("phrases", "approve", "--as", "suzuki").error == ""
    assert kouken("phrases", "publish", "--as", "sato").code == 0


def test_a_draft_that_was_sent_back_says_why(kouken: Kouken, tmp_path: Path) -> None:
    kouken("phrases", "import", file_of(tmp_path, SPORTS), "--as", "sato")
    kouken("phrases", "submit", "--as", "sato")
    assert kouken("phrases", "reject", "--as", "suzuki", "--remark", "例文が足りません").code == 0
    (draft,) = kouken("phrases", "drafts", "--json").json
    assert (draft["state"], draft["remark"]) == ("draft", "例文が足りません")
    assert "p.pack" in kouken("phrases", "drafts", draft["draft_id"]).text
    assert kouken("phrases", "discard", draft["draft_id"], "--as", "sato").code == 0
    assert kouken("phrases", "drafts", "--json").json == []


def test_a_reviewer_is_told_what_matches_nearly_every_call(kouken: Kouken, tmp_path: Path) -> None:
    kouken("phrases", "import", file_of(tmp_path, HOLD), "--as", "sato")
    (reach,) = kouken("phrases", "submit", "--as", "sato", "--json").json["reach"]
    assert (reach["calls"], reach["operators"]) == (16, 2)
    assert reach["warning"]["ja"].startswith("通話の 84 % に当たります")
    assert "84 %" in kouken("phrases", "approve", "--as", "suzuki").text


def test_a_query_is_tried_on_every_stored_call_with_its_context(kouken: Kouken) -> None:
    (tried,) = kouken("phrases", "test", "見積もり", "--json").json
    assert (tried["hits"], tried["calls"], tried["operators"]) == (18, 18, 3)
    example = tried["examples"][0]
    assert example["before"] + example["found"] + example["after"] == world.OFFER
    assert example["found"] == "見積もり"
    (entry,) = kouken("phrases", "test", "--id", "a.scene", "--json").json
    assert (entry["hits"], entry["examples"][0]["call_id"]) == (2, "20261003-0017")
    assert kouken("phrases", "test", "--id", "nothing").code == 2
    assert "【見積もり】" in kouken("phrases", "test", "見積もり").text


def test_what_is_said_very_often_is_estimated_unless_all_is_to_be_counted(
    kouken: Kouken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phrases.history.A_SECOND", 6)
    monkeypatch.setattr("phrases.history.TOGETHER", 1)
    (tried,) = kouken("phrases", "test", "見積もり", "--json").json
    assert (tried["sampled"]["seen"], tried["sampled"]["turns"]) == (6, 18)
    assert tried["sampled"]["hits"]["low"] <= 18 <= tried["sampled"]["hits"]["high"]
    assert "18 か所のうち 6 か所を無作為に" in kouken("phrases", "test", "見積もり").text
    (counted,) = kouken("phrases", "test", "見積もり", "--exact", "--json").json
    assert (counted["hits"], counted["sampled"]) == (18, None)


def test_a_diff_tells_hits_and_scores_before_anything_is_published(kouken: Kouken, tmp_path: Path) -> None:
    narrower = replace(
        QUOTE,
        phrase="追加の見積もりをお送りしましょう",
        examples=("追加の見積もりをお送りしましょうか。", "追加の見積もりをお送りしましょう。"),
    )
    path = file_of(tmp_path, narrower, HOLD)
    kouken("phrases", "import", path, "--as", "sato")
    effect = kouken("phrases", "diff", "--as", "sato", "--json").json
    assert effect["entries"] == {"added": ["p.hold"], "removed": [], "changed": ["p.quote"]}
    assert (effect["gained"]["hits"], effect["gained"]["operators"]) == (16, 2)
    assert (effect["lost"]["hits"], effect["lost"]["operators"]) == (18, 3)
    centre, *operators = effect["scores"]
    assert (centre["operator_id"], centre["calls"]) == (None, 19)
    assert [item["operator_id"] for item in operators] == ["OP-002", "OP-009", "OP-017"]
    moved = {"moment": "proposal", "terms_before": 5, "terms_after": 0, "mrr_before_yen": 589_000, "mrr_after_yen": 0}
    assert moved in effect["contracts"]
    text = kouken("phrases", "diff", "--as", "sato").text
    assert "+ p.hold" in text and "センター全体" in text
    assert (
        "営業提案のあった契約期間 5→0、その開始時の月額の合計 589,000→0 円(推定の前の数。貢献額ではありません)" in text
    )
    by_version = kouken("phrases", "diff", DICTIONARY.version, "draft:1", "--json").json
    assert by_version["entries"] == effect["entries"]


def test_the_change_in_scores_is_what_the_next_night_counts(kouken: Kouken, tmp_path: Path) -> None:
    from pipeline.nights.scoring import tally_call
    from pipeline.store.pages import Pins
    from pipeline.store.reports import latest_report
    from pipeline.store.trials import stored_calls

    rarer = replace(QUOTE, phrase="追加の見積もり", examples=("追加の見積もりです。", "追加の見積もりを送ります。"))
    edited = PhraseSet((SCENE, rarer))
    kouken("phrases", "import", file_of(tmp_path, *edited.phrases), "--as", "sato")
    centre, *_ = kouken("phrases", "diff", "--as", "sato", "--json").json["scores"]
    tagger = load_tagger(edited)
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'kouken.db'}")
    counted = 0
    with store.reading() as connection:
        body = latest_report(connection)
        assert body is not None
        for call in stored_calls(connection, Pins.of_report(body)):
            transcript = transcripts.read_transcript(connection, call.transcript_id, call.call_id)
            earlier = transcripts.read_tags(connection, call.tagging_id)
            touched = any(tag.phrase_id == "p.quote" for tag in earlier)
            tags, moments = tagger.reread(transcript, earlier)
            kept = transcripts.read_moments(connection, call.tagging_id)
            counted += tally_call(transcript, tags, moments if touched else kept).number("proposal")
    store.close()
    assert centre["moments_after"]["proposal"] == counted != centre["moments_before"]["proposal"]


def test_entries_of_a_draft_bear_its_status_until_they_are_published(kouken: Kouken, tmp_path: Path) -> None:
    def statuses(*more: str) -> dict[str, str]:
        return {entry["id"]: entry["status"] for entry in kouken("phrases", "list", *more, "--json").json["phrases"]}

    retired = replace(SCENE, status="retired")
    kouken("phrases", "import", file_of(tmp_path, SPORTS, retired), "--as", "sato")
    assert statuses("--draft", "1") == {"a.scene": "retired", "p.pack": "draft", "p.quote": "published"}
    assert kouken("phrases", "export", "--draft", 1, "--out", tmp_path / "d.yaml").code == 0
    assert kouken("phrases", "import", tmp_path / "d.yaml", "--draft", 1, "--as", "sato").code == 0
    kouken("phrases", "submit", "--as", "sato")
    assert statuses("--draft", "1")["p.pack"] == "in_review"
    kouken("phrases", "approve", "--as", "suzuki")
    kouken("phrases", "publish", "--as", "suzuki")
    assert statuses() == {"a.scene": "retired", "p.pack": "published", "p.quote": "published"}
    (tried,) = kouken("phrases", "test", "--id", "a.scene", "--version", DICTIONARY.version, "--json").json
    assert tried["hits"] == 2 and kouken("phrases", "test", "--id", "a.scene", "--json").json == []


def test_a_rollback_needs_a_reason_and_leaves_the_later_version_readable(kouken: Kouken, tmp_path: Path) -> None:
    version = through(kouken, file_of(tmp_path, SPORTS))
    assert kouken("phrases", "rollback", DICTIONARY.version).code == 2
    back = kouken("phrases", "rollback", DICTIONARY.version, "--remark", "当たりすぎる", "--as", "tanaka", "--json")
    assert back.json["kind"] == "rollback"
    assert kouken("phrases", "show", "p.pack").code == 2
    assert kouken("phrases", "show", "p.pack", "--version", version, "--json").json["entry"]["phrase"] == SPORTS.phrase


@pytest.mark.parametrize("name", ["d.yaml", "d.csv", "d.xlsx"])
def test_export_and_import_come_round_in_every_form(name: str, kouken: Kouken, tmp_path: Path) -> None:
    out = tmp_path / name
    assert kouken("phrases", "export", "--out", out).code == 0
    imported = kouken("phrases", "import", out, "--as", "sato", "--json").json
    assert imported["draft"] is None and imported["based_on"] == DICTIONARY.version and imported["base_known"]
    assert {row["result"] for row in imported["rows"]} == {"unchanged"}
    assert kouken("phrases", "export", "--out", tmp_path / f"again-{name}").code == 0
    if not name.endswith("xlsx"):
        assert (tmp_path / f"again-{name}").read_bytes() == out.read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "places"),
    [
        ("x.yaml", "phrases:\n- id: 012\n  category: proposal\n  phrase: no\n- id: b\n", ["x.yaml:2", "x.yaml:4"]),
        ("bomb.yaml", "a: &a [x]\nphrases: [*a, *a]\n", ["bomb.yaml:1"]),
        ("x.csv", "id,category,phrase\np.a,proposal,\np.b,nothing,語\n", ["x.csv:2", "x.csv:3"]),
        ("x.csv", "id,category,phrase\nBad ID!!,proposal,語\n適当,proposal,語\n", ["x.csv:2 [id]", "x.csv:3 [id]"]),
    ],
)
def test_e6_a_bad_file_is_refused_with_every_row_and_nothing_is_taken_in(
    name: str, content: str, places: list[str], kouken: Kouken, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    refused = kouken("phrases", "import", tmp_path / name, "--as", "sato")
    assert refused.code == 2 and all(place in refused.error for place in places)
    assert kouken("phrases", "drafts", "--json").json == []


ROWS = """id,category,phrase,examples,counter_examples
p.fine,proposal,無料でお試し,"無料でお試しください。
無料でお試しです。",お電話ありがとうございます。

p.query,proposal,スポーツ AND,"スポーツ。
スポーツ。",はい。
p.sales,sales,語,,
p.bare,proposal,資料を郵送,,
"""


@pytest.mark.parametrize("dry", [("--dry-run",), ()])
def test_e6_every_error_of_a_file_is_told_at_once_with_row_column_and_id_and_nothing_is_taken_in(
    dry: tuple[str, ...], kouken: Kouken, tmp_path: Path
) -> None:
    (tmp_path / "e.csv").write_text(ROWS, encoding="utf-8")
    refused = kouken("phrases", "import", tmp_path / "e.csv", *dry, "--as", "sato", "--lang", "ja")
    assert refused.code == 2
    _, summary, *lines = refused.error.splitlines()
    assert summary == "何も取り込みませんでした。誤りを直して、もう一度取り込んでください(誤り 4 件)。"
    assert [line.strip().split(":")[0] + ":" + line.split(":")[1] for line in lines] == [
        "e.csv:4 [phrase] p.query",
        "e.csv:5 [category] p.sales",
        "e.csv:6 [examples] p.bare",
        "e.csv:6 [counter_examples] p.bare",
    ]
    assert "6文字目" in lines[0] and "書き足して" in lines[2]
    assert kouken("phrases", "drafts", "--json").json == []
    told = kouken("phrases", "import", tmp_path / "e.csv", *dry, "--as", "sato", "--json")
    assert told.code == 2 and told.json["draft"] is None
    first = told.json["problems"][0]
    assert (first["place"], first["column"], first["entry"], first["position"]) == ("e.csv:4", "phrase", "p.query", 5)
    linted = kouken("phrases", "lint", tmp_path / "e.csv", "--json").json["problems"]
    assert [(one["place"], one["entry"]) for one in linted] == [
        ("e.csv:4", "p.query"), ("e.csv:5", "p.sales"), ("e.csv:6", "p.bare"), ("e.csv:6", "p.bare")
    ]  # fmt: skip


def test_a_dry_run_of_a_sound_file_says_what_would_come_in_and_keeps_nothing(kouken: Kouken, tmp_path: Path) -> None:
    tried = kouken("phrases", "import", file_of(tmp_path, SPORTS), "--dry-run", "--as", "sato", "--lang", "ja")
    assert tried.code == 0
    assert "新規 p.pack" in tried.text and "取り込んでいません" in tried.text
    assert kouken("phrases", "drafts", "--json").json == []


@pytest.mark.parametrize("query", ["\ud83d", "見積もり\udcff"])
def test_half_a_character_in_a_query_is_refused_with_its_place(query: str, kouken: Kouken) -> None:
    refused = kouken("phrases", "test", query, "--lang", "ja")
    assert refused.code == 2 and f"{len(query)}文字目" in refused.error


def test_a_folder_with_the_name_of_a_table_is_refused(kouken: Kouken, tmp_path: Path) -> None:
    (tmp_path / "d.xlsx").mkdir()
    refused = kouken("phrases", "import", tmp_path / "d.xlsx", "--as", "sato", "--lang", "en")
    assert refused.code == 2 and "no YAML file" in refused.error


def test_e6_a_csv_that_excel_saved_in_cp932_is_taken_in(kouken: Kouken, tmp_path: Path) -> None:
    save_dictionary(PhraseSet((SPORTS,)), tmp_path / "e.csv")
    text = (tmp_path / "e.csv").read_text(encoding="utf-8-sig")
    (tmp_path / "e.csv").write_bytes(text.encode("cp932"))
    imported = kouken(
        "phrases", "import", tmp_path / "e.csv", "--based-on", DICTIONARY.version, "--as", "sato", "--json"
    )
    assert [row["result"] for row in imported.json["rows"]] == ["new"]
    assert imported.json["draft"]["changes"][0]["now"]["phrase"] == SPORTS.phrase


def test_several_waiting_drafts_are_named_instead_of_guessed(kouken: Kouken, tmp_path: Path) -> None:
    for name, phrase in (("sato", SPORTS), ("kato", HOLD)):
        kouken("phrases", "import", file_of(tmp_path, phrase), "--as", name)
        kouken("phrases", "submit", "--as", name)
    refused = kouken("phrases", "approve", "--as", "suzuki")
    assert refused.code == 2 and "2, 1" in refused.error
