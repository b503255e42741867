"""Whoever watches over the night learns that it failed, takes too long, or did not begin; and nothing of customers."""

import http.server
import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli import run
from pipeline.errors import KoukenError
from pipeline.language import Text
from pipeline.messages import alerts
from pipeline.nights.lock import night_lock
from pipeline.nights.metrics import as_text, write_metrics
from pipeline.nights.watch import problems, standing
from pipeline.progress import Lines
from pipeline.settings import AlertSettings, MailSettings
from pipeline.store import audit, ledger, runs
from pipeline.store.runs import Run
from tests.pipeline.centre import PLAIN, Centre
from tests.pipeline.faults import inline

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def night(state: str, hours_ago: float) -> Run:
    begun = NOW - timedelta(hours=hours_ago)
    return Run(7, begun, None if state == "running" else begun, state, "/a", {}, "host PID 1", 0)


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (None, "まだ一度も"),
        (night("failed", 2), "失敗"),
        (replace(night("failed", 2), finished_at=None), "消えました"),
        (night("running", 11), "終わりません"),
        (night("done", 27), "始まっていません"),
        (night("stopped", 27), "始まっていません"),
        (night("done", 25), ""),
        (night("running", 9), ""),
        (night("stopped", 2), ""),
    ],
)
def test_night_that_is_not_well_is_told(last: Run | None, words: str) -> None:
    found = problems(last, NOW, AlertSettings())
    assert words in " ".join(text.ja for text in found)
    assert bool(found) == bool(words)


@pytest.fixture
def centre_after_a_night(quick_centre: Centre, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Centre:
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)
    quick_centre.record("a.wav", PLAIN)
    quick_centre.record("page.wav", "NOT AUDIO")
    quick_centre.night()
    config = tmp_path / "kouken.toml"
    config.write_text(f'data_dir = "{tmp_path / "data"}"\n[store]\nurl = "{quick_centre.settings.store.url}"\n')
    return quick_centre


def test_status_for_monitoring_answers_by_its_exit_code(
    centre_after_a_night: Centre, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = ["--config", str(tmp_path / "kouken.toml")]
    assert run(["status", "--check", *config]) == 0
    assert run(["status", "--json", *config]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["files"]["done"], facts["backlog"], facts["problems"]) == (1, 0, [])
    with centre_after_a_night.open() as store, store.writing() as connection:
        connection.exec_driver_sql("UPDATE runs SET state = 'failed'")
    assert run(["status", "--check", *config, "--lang", "en"]) == 1
    assert "failed" in capsys.readouterr().err


def test_night_that_vanished_is_told_and_one_that_runs_is_not(
    centre_after_a_night: Centre, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    centre, config = centre_after_a_night, ["--config", str(tmp_path / "kouken.toml")]
    with centre.open() as store, night_lock(centre.settings):
        with store.writing() as connection:
            number = runs.start_run(connection, "/a", {"speech": "x", "dictionary": "", "rules": ""}, "host PID 1")
        let_go = store.hold(number)
        assert run(["status", "--check", *config]) == 0
        let_go()
    assert run(["status", "--check", *config]) == 1
    assert "消えました" in capsys.readouterr().err
    run(["status", "--json", *config])
    facts = json.loads(capsys.readouterr().out)
    assert (facts["state"], facts["finished_at"], facts["expected_end"]) == ("failed", None, None)


def test_retry_takes_what_the_status_shows_and_refuses_what_is_not_held_back(
    centre_after_a_night: Centre, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    centre, config = centre_after_a_night, ["--config", str(tmp_path / "kouken.toml")]
    run(["status", *config])
    shown = next(line.split()[0] for line in capsys.readouterr().out.splitlines() if "NOT_AUDIO" in line)
    assert run(["retry", shown, "a.wav", *config]) == 2
    assert "a.wav" in capsys.readouterr().err
    with centre.open() as store, store.reading() as connection:
        assert ledger.waiting(connection, "transcribe", centre.report["versions"]["speech"]) == 0
    assert run(["retry", shown, *config]) == 0
    with centre.open() as store, store.reading() as connection:
        assert ledger.waiting(connection, "transcribe", centre.report["versions"]["speech"]) == 1
        (entry,) = audit.list_entries(connection, action="recordings.retry")
    assert entry.object == "recording:2"  # never the name of a file: the record is not rewritten
    assert run(["retry", shown, *config]) == 2


def test_metrics_are_names_and_numbers_written_whole(centre_after_a_night: Centre, tmp_path: Path) -> None:
    with centre_after_a_night.open() as store:
        last = standing(store, centre_after_a_night.settings)
    assert last is not None
    write_metrics(last, tmp_path / "textfile" / "kouken.prom")
    assert [path.name for path in (tmp_path / "textfile").iterdir()] == ["kouken.prom"]
    lines = as_text(last).splitlines()
    assert 'kouken_night_files{state="quarantined"} 1' in lines and 'kouken_night_state{state="done"} 1' in lines
    assert all(line.startswith("#") or float(line.split()[1]) >= 0 for line in lines)


def test_lines_for_journals_are_json_with_ids_and_counts(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines("ja")
    lines.note(Text("まだ", "not yet"))
    lines.night(7)
    lines.stage(Text("書き起こし", "Transcription"), 2)
    lines.step("recording:12")
    lines.note(Text("録音 1 件", "1 recording"))
    before, stage, step, note = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert before["run_id"] is None and {line["run_id"] for line in (stage, step, note)} == {7}
    assert (stage["event"], stage["total"]) == ("stage", 2)
    assert (step["event"], step["done"], step["item"]) == ("step", 1, "recording:12")
    assert (note["event"], note["text"]) == ("note", "録音 1 件")


class _Hook(http.server.BaseHTTPRequestHandler):
    taken: list[dict[str, Any]] = []  # noqa: RUF012 - of the test

    def do_POST(self) -> None:
        self.taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def webhook() -> Iterator[str]:
    server = http.server.HTTPServer(("127.0.0.1", 0), _Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()


def test_alert_goes_where_the_settings_say_and_nowhere_by_default(webhook: str) -> None:
    told = [Text("第7夜は失敗しました。", "Night 7 failed.")]
    assert alerts.send(told, AlertSettings(), MailSettings()) == 0
    assert alerts.send([], AlertSettings(webhook_url=webhook), MailSettings()) == 0
    assert alerts.send(told, AlertSettings(webhook_url=webhook), MailSettings()) == 1
    assert _Hook.taken[-1]["text"] == "第7夜は失敗しました。"


def test_alert_by_mail_has_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[EmailMessage] = []
    encrypted: list[bool] = []

    class Server:
        def __init__(self, host: str, port: int, timeout: float) -> None:
            assert (host, port) == ("mail.example", 2525)

        def __enter__(self) -> "Server":
            return self

        def __exit__(self, *_: object) -> None:
            """Nothing."""

        def starttls(self, context: ssl.SSLContext) -> None:
            encrypted.append(context.verify_mode is ssl.CERT_REQUIRED)

        def send_message(self, message: EmailMessage) -> None:
            assert encrypted == [True]
            sent.append(message)

    monkeypatch.setattr("smtplib.SMTP", Server)
    server = MailSettings(host="mail.example", port=2525, sender="kouken@example.jp")
    settings = AlertSettings(mail_to="a@example.jp")
    assert alerts.send([Text("失敗しました。\n  表の 2 行目", "It failed.\n  line 2")], settings, server) == 1
    body = sent[0].get_content()
    assert "失敗しました。\n  表の 2 行目" in body and "It failed." in body and sent[0]["To"] == "a@example.jp"
    assert sent[0]["Subject"].endswith(": 失敗しました。")


def test_alert_that_cannot_be_sent_is_told() -> None:
    with pytest.raises(KoukenError):
        alerts.send([Text("x", "x")], AlertSettings(webhook_url="http://127.0.0.1:1/"), MailSettings())


def test_webhook_is_http_only() -> None:
    with pytest.raises(ValueError, match="webhook_url"):
        AlertSettings(webhook_url="file:///etc/passwd")
