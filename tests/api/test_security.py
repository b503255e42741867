"""Only this machine is answered, nothing is loaded from elsewhere, and what people wrote stays text."""

import re
import socket
import ssl
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.serve import check_address, check_somebody, config_of, listen, run
from pipeline.errors import BadInput, ExitCode, KoukenError
from pipeline.settings import Settings, WebSettings
from pipeline.store.migrate import open_store

CERTIFICATE = Path(__file__).parents[1] / "pipeline" / "messages" / "mail_server.pem"  # made for tests, with its key
EVERY_KIND = ("/", "/calls/20261003-0017", "/api/v1/report", "/static/kouken.css", "/nowhere", "/api/v1/nowhere")


@pytest.mark.parametrize("path", EVERY_KIND)
def test_every_answer_carries_the_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert "unsafe" not in headers["content-security-policy"]
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert set(policy.values()) == {"'none'", "'self'"}
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == ("no-cache" if path.startswith("/static") else "no-store")


@pytest.mark.parametrize("path", ["/", "/operators", "/calls", "/calls/20261003-0017", "/nights/1", "/help/score"])
def test_pages_need_nothing_that_the_policy_forbids(client: TestClient, path: str) -> None:
    html = client.get(path).text
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=", html)
    assert not re.search(r"""(?:src|href|action)=["']?(?:https?:)?//""", html)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "0.0.0.0:8000", "", "[::2]", "localhost.evil"]
)
def test_another_name_for_this_machine_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/api/v1/report", headers={"Host": host})
    assert answer.status_code == 421
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "LOCALHOST:80", "[::1]:8000"])
def test_this_machine_is_answered(client: TestClient, host: str) -> None:
    assert client.get("/api/v1/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.5", "kouken.example", ""])
def test_serve_refuses_an_address_that_others_can_reach_in_the_clear(host: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_address(WebSettings(host=host))
    assert caught.value.exit_code is ExitCode.BAD_INPUT
    assert "127.0.0.1" in caught.value.render("ja") and "127.0.0.1" in caught.value.render("en")
    check_address(WebSettings(host=host, behind_tls=True))
    check_address(WebSettings(host=host, allow_plain_http=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_serve_takes_loopback(host: str) -> None:
    check_address(WebSettings(host=host))


def test_serve_wants_certificate_and_key_together() -> None:
    with pytest.raises(BadInput):
        check_address(WebSettings(certificate=Path("cert.pem")))


@pytest.mark.parametrize(
    ("web", "named"),
    [
        (WebSettings(scan_command=("no-such-scanner-here",)), "web.scan_command"),
        (WebSettings(breached_passwords=Path("no-such-list.txt")), "web.breached_passwords"),
    ],
)
def test_serve_does_not_start_without_what_it_is_to_check_with(web: WebSettings, named: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=named):
        run(Settings(data_dir=tmp_path, web=web), "ja")
    assert list(tmp_path.iterdir()) == []


def test_what_people_wrote_stays_text_on_paper(client: TestClient) -> None:
    """Of an operator whose id and name are markup: words, and nothing that leads elsewhere or does anything."""
    import pypdfium2
    from pypdfium2 import raw

    answer = client.get(f"/operator-files/pdf/{quote('OP/<i>x', safe='')}")
    assert answer.status_code == 200
    with pypdfium2.PdfDocument(answer.content) as document:
        words = "".join(page.get_textpage().get_text_range() for page in document)
        assert "<img src=x>" in words and "OP/<i>x" in words
        assert raw.FPDFDoc_GetJavaScriptActionCount(document.raw) == raw.FPDFDoc_GetAttachmentCount(document.raw) == 0
        assert [raw.FPDFPage_GetAnnotCount(page.raw) for page in document] == [0] * len(document)


def test_tls_is_of_today_and_what_comes_before_it_is_not_believed() -> None:
    config = config_of(FastAPI(), WebSettings(certificate=CERTIFICATE, key=CERTIFICATE))
    config.load()
    assert config.ssl is not None and config.ssl.minimum_version >= ssl.TLSVersion.TLSv1_2
    weak = {"RC4", "3DES", "NULL", "MD5", "EXP", "anon"}
    assert not {cipher["name"] for cipher in config.ssl.get_ciphers() if weak & set(cipher["name"].split("-"))}
    assert all(cipher["strength_bits"] >= 128 for cipher in config.ssl.get_ciphers())
    assert config.proxy_headers is False


@pytest.mark.parametrize(
    ("web", "told"),
    [
        ({}, None),
        ({"hsts_subdomains": True}, None),  # without TLS there is nothing to keep to
        ({"behind_tls": True}, "max-age=31536000"),
        ({"certificate": CERTIFICATE, "key": CERTIFICATE}, "max-age=31536000"),
        ({"behind_tls": True, "hsts_subdomains": True}, "max-age=31536000; includeSubDomains"),
    ],
)
def test_browsers_are_told_to_use_tls_alone_and_for_names_below_where_the_setting_says_so(
    tmp_path: Path, web: dict[str, object], told: str | None
) -> None:
    settings = Settings.model_validate({"data_dir": tmp_path, "web": web})
    with TestClient(create_app(settings), base_url="http://localhost") as browser:
        for path in ("/static/kouken.css", "/nowhere"):
            assert browser.get(path).headers.get("strict-transport-security") == told


def test_where_others_can_reach_it_the_first_visitor_does_not_become_administrator(tmp_path: Path) -> None:
    store = open_store(Settings(data_dir=tmp_path).store_url)
    check_somebody(WebSettings(), store)
    for web in (WebSettings(host="192.168.0.5", allow_plain_http=True), WebSettings(behind_tls=True)):
        with pytest.raises(BadInput):
            check_somebody(web, store)
    store.close()


def test_what_people_wrote_stays_text(client: TestClient) -> None:
    call = "/calls/C%2F..%2F%26%3Cb%3E'%22%3F%23"
    for path in ("/", "/operators", "/operators/OP%2F%3Ci%3Ex", "/calls", "/nights/1", call):
        answer = client.get(path)
        assert answer.status_code == 200, path
        for written in ("<script>alert", "<img src=x", "<i>x", "<b>本物", "<b>'"):
            assert written not in answer.text, path
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in client.get(call).text


def test_a_bug_is_an_answer_that_tells_nothing_of_what_was_said(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("もう解約したいんです。")

    monkeypatch.setattr("api.routes.calls.list_calls", fail)
    for path in ("/calls", "/api/v1/calls"):
        answer = client.get(path)
        assert answer.status_code == 500
        assert "internal_error" in answer.text and "解約したい" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert "ValueError at " in caplog.text and "解約したい" not in caplog.text


def test_a_port_that_is_taken_is_named_with_a_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(KoukenError) as caught:
        listen("127.0.0.1", taken.getsockname()[1])
    assert "KOUKEN_WEB__PORT" in caught.value.render("ja")


def test_the_body_of_an_answer_does_not_wait_until_its_head_is_acknowledged() -> None:
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2f..%2fpyproject.toml"])
def test_static_files_end_at_their_folder(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_neither_sources_nor_tracing_nor_debugging_is_offered(client: TestClient) -> None:
    for path in ("/.git/config", "/.env", "/static/.git/config", "/pyproject.toml"):
        assert client.get(path).status_code in (403, 404)
    for path in ("/", "/calls", "/static/kouken.css"):
        answer = client.request("TRACE", path, headers={"X-Told-Back": "yes"}, follow_redirects=False)
        assert answer.status_code in (403, 404, 405) and "told-back" not in answer.text.lower()
    assert client.app.debug is False  # type: ignore[attr-defined]


def test_there_is_no_documentation_viewer_that_loads_from_elsewhere(client: TestClient) -> None:
    assert client.get("/docs").status_code == client.get("/redoc").status_code == 404
