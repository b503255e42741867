"""A webhook goes to the place that the administrator allows, signed; wherever names or answers lead, to no other."""

import http.server
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import BadInput, KoukenError
from pipeline.messages import webhook
from pipeline.settings import WebSettings

CERTIFICATE = Path(__file__).parent / "mail_server.pem"
HOSTS = ("hooks.example.jp", "inner.example.jp:8443", "127.0.0.1:9000", "[::1]:9001")


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what arrives; answers as its server says."""

    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.taken.append((dict(self.headers), body))
        if server.answer is None:
            server.released.wait(30)
            return
        self.send_response(server.answer)
        self.send_header("Location", f"http://127.0.0.1:{server.server_port}/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def receiver(*, tls: bool = False, answer: int | None = 204) -> Iterator[Any]:
    """A web server on this machine; `answer` None: it takes the message and then says nothing."""
    server: Any = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.taken, server.answer, server.released = [], answer, threading.Event()
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()


def allowing(*hosts: str, ca_file: Path | None = None) -> WebSettings:
    return WebSettings(webhook_hosts=hosts, webhook_ca_file=ca_file)


def send_to(server: Any, **content: Any) -> str:
    place = f"127.0.0.1:{server.server_port}"
    return webhook.post(f"http://{place}/hook?k=1", "key", "n-1", content, allowing(place)).ja


def test_message_is_json_and_whoever_has_the_key_can_verify_it() -> None:
    with receiver() as server:
        assert "204" in send_to(server, text="通知")
    ((headers, body),) = server.taken
    assert json.loads(body) == {"text": "通知"}
    assert abs(int(headers["Kouken-Timestamp"]) - time.time()) < 60
    assert headers["Kouken-Message"] == "n-1"
    assert headers["Kouken-Signature"] == webhook.signature("key", headers["Kouken-Timestamp"], body)


def test_signature_depends_on_key_time_and_body() -> None:
    # printf '1700000000.{}' | openssl dgst -sha256 -hmac key
    known = "v1=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae"
    assert webhook.signature("key", "1700000000", b"{}") == known
    others = {("other", "1700000000", b"{}"), ("key", "1700000001", b"{}"), ("key", "1700000000", b"{} ")}
    assert known not in {webhook.signature(*one) for one in others}


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://elsewhere.example.jp/", "web.webhook_hosts"),
        ("https://hooks.example.jp:8443/", "web.webhook_hosts"),
        ("https://inner.example.jp/", "web.webhook_hosts"),
        ("https://hooks.example.jp.evil.example/", "web.webhook_hosts"),
        ("http://hooks.example.jp/", "https://"),
        ("https://user@hooks.example.jp/", "読めません"),
        ("https://hooks.example.jp@evil.example/", "読めません"),
        ("https://hooks.example.jp/a b", "読めません"),
        ("https://hooks.example.jp/\r\nX: 1", "読めません"),
        ("https://hooks.example.jp:99999/", "読めません"),
        ("ftp://hooks.example.jp/", "読めません"),
        ("file:///etc/passwd", "読めません"),
        ("https://通知.example.jp/", "読めません"),
    ],
)
def test_urls_that_lead_anywhere_else_are_refused(url: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        webhook.place_of(url, HOSTS)


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("https://hooks.example.jp/x", 443),
        ("https://HOOKS.example.jp:443/x", 443),
        ("https://inner.example.jp:8443/x", 8443),
        ("http://127.0.0.1:9000/x", 9000),
        ("http://[::1]:9001/x", 9001),
    ],
)
def test_allowed_places(url: str, port: int) -> None:
    assert webhook.place_of(url, HOSTS).port == port


def test_without_the_setting_no_place_is_allowed() -> None:
    with pytest.raises(BadInput):
        webhook.place_of("https://hooks.example.jp/", ())


@pytest.mark.parametrize("entry", ["10.0.0.0/99", "host:port", ":443"])
def test_entry_of_the_setting_that_cannot_be_read_is_named(entry: str) -> None:
    with pytest.raises(BadInput, match=r"web\.webhook_hosts"):
        webhook.post("https://hooks.example.jp/", "k", "n", {}, allowing("hooks.example.jp", entry))


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "192.168.0.1", "127.0.0.1", "169.254.169.254", "0.0.0.0", "::1", "fd00::1", "fe80::1%eth0",
     "::ffff:10.1.2.3", "224.0.0.1", "100.64.0.1"],
)  # fmt: skip
def test_name_that_leads_to_an_address_that_is_not_public_is_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _lead_to(monkeypatch, "93.184.216.34", address)
    with pytest.raises(BadInput, match="公開されていない"):
        webhook.post("https://hooks.example.jp/", "k", "n", {}, allowing("hooks.example.jp"))


def _lead_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def found(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    def refuse(*_: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "getaddrinfo", found)
    monkeypatch.setattr(socket, "create_connection", refuse)


@pytest.mark.parametrize("listed", ["10.1.2.3", "10.1.0.0/16"])
def test_what_the_administrator_lists_is_connected_to_as_it_was_looked_up(
    listed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _lead_to(monkeypatch, "10.1.2.3")
    asked: list[tuple[str, int]] = []

    def connect(where: tuple[str, int], _: float) -> None:
        asked.append(where)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(KoukenError, match="届きませんでした"):
        webhook.post("https://hooks.example.jp/", "k", "n", {}, allowing("hooks.example.jp", listed))
    assert asked == [("10.1.2.3", 443)]


def test_redirect_is_not_followed() -> None:
    with receiver(answer=307) as server, pytest.raises(KoukenError, match="転送先には送りません"):
        send_to(server)
    assert len(server.taken) == 1


def test_refusal_is_told_by_its_number() -> None:
    with receiver(answer=500) as server, pytest.raises(KoukenError, match="HTTP 500"):
        send_to(server)


@pytest.mark.parametrize("limit", ["WAIT_SECONDS", "LONGEST_SECONDS"])
def test_whoever_does_not_answer_is_not_waited_for(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, limit, 0.2)
    with receiver(answer=None) as server, pytest.raises(KoukenError, match="時間内"):
        send_to(server)


def test_encrypted_line_is_to_whom_it_says() -> None:
    with receiver(tls=True) as server:
        place = f"localhost:{server.server_port}"
        trusting = allowing(place, ca_file=CERTIFICATE)
        assert "204" in webhook.post(f"https://{place}/", "k", "n", {}, trusting).ja
        with pytest.raises(KoukenError, match="SSLCertVerificationError"):
            webhook.post(f"https://{place}/", "k", "n", {}, allowing(place))
    assert len(server.taken) == 1
