"""The audit log on another machine: all of it, in order, with its hashes; nothing is lost while nobody receives."""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline import doctor
from pipeline.cli import run
from pipeline.errors import BadInput, KoukenError
from pipeline.language import Text
from pipeline.messages import forwarding
from pipeline.messages.forwarding import Forwarder
from pipeline.settings import LogSettings, Settings
from pipeline.store import audit, runs
from pipeline.store.connect import Store
from pipeline.store.migrate import open_store
from tests.api.conftest import opened_as

VERSIONS = {"speech": "x", "dictionary": "", "rules": ""}
CERTIFICATE = Path(__file__).parent / "mail_server.pem"  # of a test alone: it proves nothing to anybody


class Receiver:
    """A syslog server over TLS on this machine; `mood` says how it behaves."""

    def __init__(self, *, encrypted: bool = True) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.encrypted, self.mood = encrypted, "well"
        self.received: list[dict[str, Any]] = []
        self.heads: list[str] = []
        self.finished = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.finished.set()
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self._thread.join(10)

    def _run(self) -> None:
        while not self.finished.is_set():
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            with line, suppress(OSError):
                line.settimeout(10)
                self._serve(line)

    def _serve(self, line: socket.socket) -> None:
        if self.mood == "silent":
            self.finished.wait(10)
            return
        if self.encrypted:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            line = context.wrap_socket(line, server_side=True)
        if self.mood == "dies":
            line.recv(10)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.close()
            return
        data = b""
        while part := line.recv(65536):
            data += part
        self._keep(data)
        if self.mood == "well" and isinstance(line, ssl.SSLSocket):
            line.unwrap()
        line.close()

    def _keep(self, data: bytes) -> None:
        while data:
            length, _, rest = data.partition(b" ")
            message, data = rest[: int(length)].decode("ascii"), rest[int(length) :]
            head, _, content = message.partition(" - {")
            self.heads.append(head)
            self.received.append(json.loads("{" + content))

    def numbers(self) -> list[int]:
        return [row["number"] for row in self.received]


@contextmanager
def receiving(*, encrypted: bool = True) -> Iterator[Receiver]:
    receiver = Receiver(encrypted=encrypted)
    try:
        yield receiver
    finally:
        receiver.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def settings_for(port: int, **more: Any) -> LogSettings:
    given = {"forward": f"tls://localhost:{port}", "forward_ca_file": CERTIFICATE, "forward_timeout_s": 5.0}
    return LogSettings(**given | more)


def do(store: Store, *actions: str) -> None:
    with store.writing() as connection:
        for action in actions:
            audit.record(connection, "sato", action, "draft-1", {"entries": 2})


def test_every_record_arrives_once_in_order_with_the_chain(store: Store, receiver: Receiver) -> None:
    do(store, "phrases.submit", "users.sign_in_failed")
    forwarder = Forwarder(store, settings_for(receiver.port))
    assert forwarder.send() == 2
    do(store, "phrases.approve")
    assert forwarder.send() == 2  # with the record of the first sending
    assert forwarder.send() == 0  # that of the second alone is no reason for a third
    assert receiver.numbers() == [1, 2, 3, 4]
    assert [row["action"] for row in receiver.received][2:] == ["audit.forward", "phrases.approve"]
    before = audit.ORIGIN
    for row in receiver.received:
        assert row["previous"] == before
        before = row["hash"]
    with store.reading() as connection:
        kept = {entry.number: entry for entry in audit.list_entries(connection)}
        assert all(row["hash"] == kept[row["number"]].hash for row in receiver.received)
    assert receiver.heads[0].startswith("<109>1 20") and receiver.heads[1].startswith("<108>1 20")
    assert receiver.heads[0].endswith(" kouken - phrases.submit")


def test_more_than_one_connection_takes_goes_by_several(
    store: Store, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forwarding, "BATCH", 3)
    do(store, *["phrases.submit"] * 8)
    Forwarder(store, settings_for(receiver.port)).send()
    assert [number for number in receiver.numbers() if number <= 8] == list(range(1, 9))


@pytest.mark.parametrize("mood", ["dies", "silent"])
def test_what_a_receiver_has_not_taken_is_sent_again_when_it_is_back(store: Store, mood: str) -> None:
    do(store, "phrases.submit", "phrases.approve")
    with receiving() as receiver:
        receiver.mood = mood
        with pytest.raises(KoukenError, match="操作の記録を送れません"):
            Forwarder(store, settings_for(receiver.port, forward_timeout_s=0.5)).send()
        assert receiver.received == []
    with store.reading() as connection:
        assert audit.waiting_to_be_forwarded(connection)[0] == 2
    with receiving() as back:
        assert Forwarder(store, settings_for(back.port)).send() == 2
        assert back.numbers() == [1, 2]


def test_a_receiver_that_is_down_is_named_and_nothing_is_noted_as_sent(store: Store) -> None:
    do(store, "phrases.submit")
    with receiving() as receiver:
        port = receiver.port
    with pytest.raises(KoukenError, match=f"localhost:{port}"):
        Forwarder(store, settings_for(port)).send()
    with store.reading() as connection:
        assert audit.forwarded_upto(connection) == 0


def test_a_receiver_that_cannot_prove_who_it_is_gets_nothing(store: Store, receiver: Receiver) -> None:
    do(store, "phrases.submit")
    with pytest.raises(KoukenError, match="SSLCertVerificationError"):
        Forwarder(store, settings_for(receiver.port, forward_ca_file=None)).send()
    assert receiver.received == []


def test_a_receiver_that_closes_without_the_last_word_of_tls_has_taken_it(store: Store, receiver: Receiver) -> None:
    receiver.mood = "short"
    do(store, "phrases.submit")
    assert Forwarder(store, settings_for(receiver.port)).send() == 1


def test_without_encryption_it_stays_on_this_machine(store: Store) -> None:
    do(store, "phrases.submit")
    with receiving(encrypted=False) as receiver:
        Forwarder(store, settings_for(receiver.port, forward=f"tcp://127.0.0.1:{receiver.port}")).send()
        assert receiver.numbers() == [1]
    with pytest.raises(BadInput):
        forwarding.check(LogSettings(forward="tcp://log.example.jp:514"))


@pytest.mark.parametrize("place", ["log.example.jp:6514", "tls://log.example.jp", "http://a:1", "tls://a:99999"])
def test_a_place_that_cannot_be_read_stops_the_start(place: str) -> None:
    with pytest.raises(BadInput):
        forwarding.check(LogSettings(forward=place))


def test_in_the_background_it_goes_on_when_the_receiver_is_back(store: Store) -> None:
    do(store, "phrases.submit")
    with receiving() as receiver:
        receiver.mood = "dies"
        forwarder = Forwarder(store, settings_for(receiver.port, forward_every_s=0.05))
        forwarder.start()
        receiver.mood = "well"
        for _ in range(200):
            if receiver.received:
                break
            forwarder._closing.wait(0.05)
        forwarder.close()
        assert receiver.numbers()[0] == 1


def test_doctor_tells_how_far_the_receiver_is_behind(tmp_path: Path, receiver: Receiver) -> None:
    settings = Settings(data_dir=tmp_path, log=settings_for(receiver.port))
    store = open_store(settings.store_url)
    with store.writing() as connection:
        audit.record(connection, "sato", "phrases.approve", "draft-1", at=datetime(2026, 1, 5, tzinfo=UTC))
    late = doctor._forwarding(settings)
    assert late.state == "warn" and "1 waiting since 2026-01-05" in late.found
    Forwarder(store, settings.log).send()
    do(store, "phrases.submit")
    check = doctor._forwarding(settings)
    assert (check.state, check.found) == ("ok", f"tls://localhost:{receiver.port}, 1 waiting")
    store.close()


@pytest.mark.parametrize("minutes", [50, 70])
def test_status_tells_what_waits_and_since_when_and_nothing_where_nothing_is_sent(
    store: Store, tmp_path: Path, minutes: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Up to an hour it is told; from then on it is one of the things that are wrong."""
    url = store.url.render_as_string(hide_password=False)
    config = tmp_path / "kouken.toml"
    plain = f'data_dir = "{tmp_path}"\n[store]\nurl = "{url}"\n'
    sending = f'{plain}[log]\nforward = "tls://localhost:6514"\n'

    def told(content: str, *arguments: str) -> tuple[int, str]:
        config.write_text(content, encoding="utf-8")
        code = run(["status", "--config", str(config), "--lang", "en", *arguments])
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    with store.writing() as connection:
        runs.finish_run(connection, runs.start_run(connection, "/a", VERSIONS, "host PID 1"), "done")
    assert "none wait" in told(sending)[1] and told(sending, "--check") == (0, "")
    since = datetime.now(UTC) - timedelta(minutes=minutes)
    with store.writing() as connection:
        audit.record(connection, "sato", "phrases.submit", "draft-1", at=since)
    is_late = minutes > 60
    assert told(sending)[1].count(f"1 wait since {since:%Y-%m-%d %H:%M}Z") == 1
    code, words = told(sending, "--check")
    assert (code, "1 wait since" in words) == (int(is_late), is_late)
    facts = json.loads(told(sending, "--json")[1])
    assert facts["forwarding"] == {"waiting": 1, "since": since.isoformat()} and len(facts["problems"]) == is_late
    assert told(plain, "--check") == (0, "") and "forwarded" not in told(plain)[1]
    assert "forwarding" not in json.loads(told(plain, "--json")[1])


def test_the_pages_send_by_themselves_and_tell_what_waits(tmp_path: Path, receiver: Receiver) -> None:
    settings = Settings(data_dir=tmp_path, log=settings_for(receiver.port, forward_every_s=0.05))
    with opened_as(settings, "administrator", "auditor") as opened:
        for _ in range(200):
            if receiver.received and "未送信 0 件" in opened.get("/audit").text:
                break
            receiver.finished.wait(0.05)
        assert "未送信 0 件" in opened.get("/audit").text
    assert "users.add" in {row["action"] for row in receiver.received}


def test_a_night_sends_what_waits_and_does_not_fail_without_a_receiver(store: Store) -> None:
    do(store, "phrases.submit")
    said: list[Text] = []
    with receiving() as receiver:
        with forwarding.forwarded_afterwards(store, settings_for(receiver.port), said.append):
            assert receiver.received == []
        assert receiver.numbers() == [1] and not said
        port = receiver.port
    do(store, "phrases.approve")
    with forwarding.forwarded_afterwards(store, settings_for(port), said.append):
        pass
    assert len(said) == 1 and f"localhost:{port}" in said[0].ja
    with forwarding.forwarded_afterwards(store, LogSettings(), said.append):
        pass
    assert len(said) == 1
