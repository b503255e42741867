"""`kouken load`: all or nothing, and the second time a no-op."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.cli import run as kouken
from pipeline.commands.load import command
from pipeline.commands.phrases_words import command as words_command
from pipeline.errors import BadInput, BadTable

CALLS = "通話ID,開始日時,担当者ID,電話番号\nC1,2026/1/5 15:05,OP1,090-1234-5678\nC2,,,\n"


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOUKEN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def run(*arguments: str) -> Any:
    result = CliRunner().invoke(command, [*arguments, "--json"], catch_exceptions=False, standalone_mode=False)
    return json.loads(result.stdout)


def test_the_same_file_twice_changes_nothing(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text(CALLS, encoding="cp932")
    first = run("calls", "calls.csv")
    assert first["changed"] == {"new": 2, "ended": 0, "unchanged": 0}
    assert first["counts"] == {"operator_missing": 1, "time_unknown": 1}
    assert run("calls", "calls.csv")["changed"] == {"new": 0, "ended": 0, "unchanged": 2}


def test_a_refused_table_leaves_the_store_as_it_was(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text(CALLS, encoding="utf-8")
    run("calls", "calls.csv")
    (tmp_path / "bad.csv").write_text(CALLS + "C3,昨日,OP1,\n", encoding="utf-8")
    with pytest.raises(BadTable):
        run("calls", "bad.csv")
    assert run("calls", "calls.csv")["changed"]["unchanged"] == 2


def test_a_dry_run_shows_the_first_rows_and_stores_nothing(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text(CALLS, encoding="utf-8")
    shown = run("calls", "calls.csv", "--dry-run")
    assert shown["first_rows"][0]["started_at"] == "2026-01-05 15:05:00"
    assert "changed" not in shown
    assert not (data_dir / "kouken.db").exists()
    assert run("calls", "calls.csv")["changed"]["new"] == 2


def test_the_preview_cuts_a_long_cell(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text(
        "call_id,started_at,operator_id,memo\nC1,2026/1/5 9:00,OP1," + "あ" * 5_000 + "\n", encoding="utf-8"
    )
    shown = run("calls", "calls.csv", "--dry-run")
    assert shown["first_rows"][0]["memo"] == "あ" * 60 + "…"


def test_no_phone_number_stands_in_what_is_shown(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text(CALLS, encoding="utf-8")
    shown = json.dumps(run("calls", "calls.csv", "--dry-run"))
    assert "12345678" not in shown
    assert "5678" in shown


def test_own_headers_and_preset_come_from_the_settings(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "kouken.toml").write_text(
        '[tables]\npreset = "kintone"\n[tables.headers.calls]\n"誰" = "operator_id"\n', encoding="utf-8"
    )
    (tmp_path / "calls.csv").write_text("レコード番号,作成日時,誰\n1,2026-01-05 15:05,佐藤\n", encoding="utf-8")
    assert run("calls", "calls.csv", "--dry-run")["columns"] == {
        "レコード番号": "call_id",
        "作成日時": "started_at",
        "誰": "operator_id",
    }


def test_the_report_for_people_is_in_their_language(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text(CALLS, encoding="utf-8")
    ja = CliRunner().invoke(command, ["calls", "calls.csv", "--dry-run", "--lang", "ja"], catch_exceptions=False)
    en = CliRunner().invoke(command, ["calls", "calls.csv", "--lang", "en"], catch_exceptions=False)
    assert "担当者が空の通話: 1" in ja.stdout
    assert "calls without an operator: 1" in en.stdout


def test_a_word_list_is_previewed_taken_into_a_draft_published_by_two_written_and_read_back(
    data_dir: Path, tmp_path: Path
) -> None:
    path = tmp_path / "words.csv"
    path.write_text("表記,読み,誤認識\nスポーツパック,すぽーつぱっく,スポーツバック\n", encoding="cp932")
    preview = run("words", str(path), "--dry-run")
    assert preview["draft"] is None and preview["change"]["added"] == ["スポーツパック"]
    loaded = run("words", str(path), "--as", "sato")
    assert [change["name"] for change in loaded["draft"]["changes"]] == ["スポーツパック"]
    assert words_in_force(tmp_path) == ["surface,readings,misheard"]
    assert kouken(["phrases", "submit", "--as", "sato"]) == 0
    assert kouken(["phrases", "approve", "--as", "SATO"]) == 2  # her own
    assert kouken(["phrases", "approve", "--as", "suzuki"]) == 0
    assert kouken(["phrases", "publish", "--as", "sato"]) == 0
    assert words_in_force(tmp_path)[1:] == ["スポーツパック,すぽーつぱっく,スポーツバック"]
    again = run("words", str(tmp_path / "again.csv"))
    assert again["draft"] is None and again["change"]["unchanged"] == 1


def words_in_force(folder: Path) -> list[str]:
    CliRunner().invoke(words_command, ["--out", str(folder / "again.csv")], standalone_mode=False)
    return (folder / "again.csv").read_text(encoding="utf-8-sig").splitlines()


def test_a_word_list_with_a_bad_row_is_refused_whole(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("surface,readings\nパック,ぱっく\nパック,漢字\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        run("words", str(tmp_path / "w.csv"))
    assert "w.csv:3" in caught.value.render("ja")
    assert json.loads(CliRunner().invoke(words_command, ["--json"], standalone_mode=False).stdout) == []


def test_of_many_problems_the_kinds_and_the_first_are_told_unless_all_are_wanted(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.csv").write_text(CALLS + "".join(f"D{n},昨日,OP1,\n" for n in range(300)), encoding="utf-8")
    assert kouken(["load", "calls", "bad.csv", "--lang", "ja"]) == 2
    told = capsys.readouterr().err
    assert "問題 300 件" in told and "300 件 bad.csv started_at: " in told and "4、5、6、7、8 行目 ほか" in told
    assert told.count("「昨日」") == 100 and "このほかに 200 件" in told
    assert kouken(["load", "calls", "bad.csv", "--all", "--problems", "list.csv", "--lang", "ja"]) == 2
    assert capsys.readouterr().err.count("「昨日」") == 300
    rows = (tmp_path / "list.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == 301 and rows[1].startswith("bad.csv,4,started_at,昨日,誤り,")
