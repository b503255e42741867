"""The monthly report: made and sent once, encrypted, to those it is for; nothing leaves unless it is switched on."""

import socket
import ssl
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from models.figures.figure import month
from pipeline.errors import BadInput, ExitCode, KoukenError
from pipeline.language import Text
from pipeline.messages import mail, monthly
from pipeline.settings import MailSettings, Recipients, ScheduleSettings, Settings
from pipeline.store import audit
from pipeline.store.connect import Store
from pipeline.store.tables import store_table
from tests.api.world import all_calls, contract_rows, fill, frame_of

CERTIFICATE = Path(__file__).parent / "mail_server.pem"  # of a test alone: it proves nothing to anybody
OCTOBER = month(2026, 10)


class Inbox:
    """A mail server's memory: what arrived, over which connection; it can be told to refuse."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.encrypted: list[bool] = []
        self.refused: set[str] = set()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refused & set(envelope.rcpt_tos):
            return "451 try again later"
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.encrypted.append(session.ssl is not None)
        return "250 OK"


class OwnPort(Controller):
    """A controller on whichever port is free."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    box = Inbox()

    def known(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"kouken", b"secret")
        return AuthResult(success=right)

    server = OwnPort(
        box, hostname="127.0.0.1", port=0, tls_context=context, require_starttls=True, authenticator=known,
        auth_required=True,
    )  # fmt: skip
    server.start()
    yield box, server.port
    server.stop()


def settings_of(tmp_path: Path, port: int | None, *recipients: Recipients, **mail_settings: Any) -> Settings:
    given: dict[str, Any] = {}
    if port is not None:
        password = tmp_path / "password"
        password.write_text("secret\n", encoding="utf-8")
        given = {"host": "localhost", "port": port, "sender": "kouken@example.co.jp", "user": "kouken",
                 "password_file": password, "ca_file": CERTIFICATE, "timeout_s": 5.0}  # fmt: skip
    return Settings(
        data_dir=tmp_path / "data",
        mail=MailSettings(**given | mail_settings),
        schedule=ScheduleSettings(recipients=recipients),
    )


@pytest.fixture
def filled(store: Store) -> Store:
    """A night over October, and a call in November: the records reach beyond the month."""
    fill(store)
    later = {"call_id": "N1", "started_at": pd.Timestamp("2026-11-02 01:00", tz="UTC"), "operator_id": "OP-017"}
    with store.writing() as connection:
        frame = frame_of("calls", [later])
        store_table(connection, "calls", frame, file_name="n", sha256="november", report={}, complete=False)
    return store


def run(store: Store, settings: Settings) -> tuple[ExitCode, list[str]]:
    said: list[Text] = []
    code = monthly.run_monthly(store, settings, OCTOBER, said.append)
    return code, [text.ja for text in said]


def test_everyone_gets_their_own_report_once_over_an_encrypted_line(
    filled: Store, tmp_path: Path, inbox: tuple[Inbox, int]
) -> None:
    box, port = inbox
    settings = settings_of(
        tmp_path,
        port,
        Recipients(to=("bu@example.co.jp", "cho@example.co.jp")),
        Recipients(to=("kacho@example.co.jp",), team="第二課"),
        Recipients(to=("saeki@example.co.jp",), operator="OP-017"),
    )
    assert run(filled, settings)[0] == ExitCode.DONE
    assert [message["To"] for message in box.messages] == [
        "bu@example.co.jp", "cho@example.co.jp", "kacho@example.co.jp", "saeki@example.co.jp",
    ]  # fmt: skip
    assert all(box.encrypted)
    first = box.messages[0]
    assert first["Subject"] == "【Kouken】2026年10月のレポート"
    (attached,) = first.iter_attachments()
    content = attached.get_content()
    assert content.startswith(b"%PDF-")
    assert content == (tmp_path / "data/reports/monthly/2026-10-centre.pdf").read_bytes()
    assert run(filled, settings) == (ExitCode.DONE, ["2026-10 のレポートは済んでいます。"])
    assert len(box.messages) == 4


def test_a_message_that_could_not_be_sent_is_sent_the_next_time_and_no_other(
    filled: Store, tmp_path: Path, inbox: tuple[Inbox, int]
) -> None:
    box, port = inbox
    box.refused = {"b@example.co.jp"}
    settings = settings_of(tmp_path, port, Recipients(to=("a@example.co.jp", "b@example.co.jp")))
    code, said = run(filled, settings)
    assert code == ExitCode.FAILED
    assert any("メールを送れませんでした" in line for line in said)
    box.refused = set()
    assert run(filled, settings)[0] == ExitCode.DONE
    assert [message["To"] for message in box.messages] == ["a@example.co.jp", "b@example.co.jp"]


def test_after_a_crash_before_the_note_the_same_message_goes_again_under_the_same_id(
    filled: Store, tmp_path: Path, inbox: tuple[Inbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    box, port = inbox
    settings = settings_of(tmp_path, port, Recipients(to=("a@example.co.jp",)))
    noted = monthly._note

    def power_cut(store: Store, entry: Any, state: Any) -> None:
        if state == "sent":
            raise RuntimeError("power cut")
        noted(store, entry, state)

    monkeypatch.setattr(monthly, "_note", power_cut)
    with pytest.raises(RuntimeError):
        run(filled, settings)
    monkeypatch.setattr(monthly, "_note", noted)
    assert run(filled, settings)[0] == ExitCode.DONE
    one, other = box.messages
    assert one["Message-ID"] == other["Message-ID"]


def test_without_a_mail_server_the_files_are_made_and_nothing_is_opened(
    filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("the network was used")

    settings = settings_of(tmp_path, None, Recipients(to=("a@example.co.jp",), team="第二課"))
    monkeypatch.setattr(socket, "create_connection", refuse)
    assert run(filled, settings)[0] == ExitCode.DONE
    made = sorted(path.name for path in (tmp_path / "data/reports/monthly").iterdir())
    assert made[0] == "2026-10-centre.pdf" and made[1].startswith("2026-10-team-第二課-")


def test_a_month_that_is_not_whole_yet_waits(store: Store, tmp_path: Path) -> None:
    fill(store)  # its records end on 28 October
    code, said = run(store, settings_of(tmp_path, None))
    assert code == ExitCode.DONE
    assert "まだ月末まで届いていません" in said[0]
    assert not (tmp_path / "data" / "reports").exists()


def test_a_team_without_calls_in_the_month_is_said_and_holds_nobody_up(filled: Store, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, None, Recipients(to=("a@example.co.jp",), team="第九課"))
    code, said = run(filled, settings)
    assert code == ExitCode.DONE
    assert any("第九課" in line for line in said)
    assert (tmp_path / "data/reports/monthly/2026-10-centre.pdf").exists()


def test_every_delivery_stands_in_the_audit_log(filled: Store, tmp_path: Path, inbox: tuple[Inbox, int]) -> None:
    run(filled, settings_of(tmp_path, inbox[1], Recipients(to=("a@example.co.jp",))))
    with filled.reading() as connection:
        told = audit.list_entries(connection, action="report")
    assert [(entry.object, entry.details["recipient"], entry.details["state"]) for entry in told] == [
        ("2026-10", "a@example.co.jp", "sent"),
        ("2026-10", "", "made"),
    ]


def test_mail_leaves_unencrypted_only_within_the_machine() -> None:
    open_line = MailSettings(host="mail.example.co.jp", sender="a@example.co.jp", security="none")
    with pytest.raises(BadInput, match="暗号化なし"):
        mail.check(open_line)
    mail.check(open_line.model_copy(update={"host": "localhost"}))
    with pytest.raises(BadInput, match=r"mail\.sender"):
        mail.check(MailSettings(host="mail.example.co.jp"))


@pytest.mark.parametrize("wrong", [{"ca_file": None}, {"user": "someone"}, {"port": 1}])
def test_a_server_that_cannot_be_trusted_or_reached_gets_nothing(
    tmp_path: Path, inbox: tuple[Inbox, int], wrong: dict[str, Any]
) -> None:
    box, port = inbox
    settings = settings_of(tmp_path, port).mail.model_copy(update=wrong)
    message = EmailMessage()
    message["From"], message["To"] = "kouken@example.co.jp", "a@example.co.jp"
    with pytest.raises(KoukenError, match="メールを送れませんでした"):
        mail.send(settings, message)
    assert box.messages == []


def test_the_world_has_the_teams_that_these_tests_name() -> None:
    assert {item.row.get("team") for item in all_calls()} >= {"第一課", "第二課"}
    assert len(contract_rows()) == 13
