"""Requests that come in slowly, or not at all, end after a time; nobody waits for them, and nothing of them stays."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path

import pytest

from api.security import LARGEST_BODY
from pipeline.settings import Settings
from pipeline.store import sessions, users
from pipeline.store.migrate import open_store
from tests.api.serving import Served, serving

PATIENCE_S = 1.0
CERTIFICATE = Path(__file__).parents[1] / "pipeline" / "messages" / "mail_server.pem"  # made for tests, with its key
HEAD = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(data_dir=tmp_path_factory.mktemp("slow"))
    open_store(settings.store_url).close()
    return settings


@pytest.fixture(scope="module")
def served(settings: Settings) -> Iterator[Served]:
    with serving(settings, request_timeout_s=str(PATIENCE_S)) as served:
        yield served


def read_all(connection: socket.socket) -> bytes:
    """Until the server closes; a client that still sends may be told so by a reset."""
    read = b""
    try:
        while part := connection.recv(65536):
            read += part
    except ConnectionResetError:
        pass
    return read


def trickle(connection: socket.socket, byte: bytes) -> bytes:
    """One byte after the other, until the server answers or closes; what it said."""
    connection.settimeout(0.1)
    for _ in range(300):
        try:
            connection.sendall(byte)
            said = connection.recv(65536)
        except TimeoutError:
            continue
        except (BrokenPipeError, ConnectionResetError):
            return b""
        connection.settimeout(20)
        return said + read_all(connection) if said else b""
    raise AssertionError("the server took all of it")


def is_served(served: Served) -> bool:
    with served.connect() as other:
        other.sendall(b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        return read_all(other).startswith(b"HTTP/1.1 ")


def test_a_head_that_trickles_in_is_answered_408_and_closed(served: Served) -> None:
    with served.connect() as slow:
        began = time.monotonic()
        slow.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        assert trickle(slow, b"a").startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - began >= PATIENCE_S


def test_a_body_that_trickles_in_is_answered_408_and_closed(served: Served) -> None:
    with served.connect() as slow:
        slow.sendall(HEAD + FORM + b"Content-Length: 5000\r\n\r\nname=")
        assert trickle(slow, b"a").startswith(b"HTTP/1.1 408 ")


def test_a_second_request_that_trickles_in_is_not_waited_for_either(served: Served) -> None:
    with served.connect() as slow:
        slow.sendall(b"HEAD /static/kouken.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        read = b""
        while not read.endswith(b"\r\n\r\n"):
            read += slow.recv(1)
        slow.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        assert trickle(slow, b"a").startswith(b"HTTP/1.1 408 ")


def test_a_connection_that_asks_for_nothing_is_closed_without_a_word(served: Served) -> None:
    with served.connect() as silent:
        assert read_all(silent) == b""


def test_a_body_that_nobody_reads_is_not_waited_for(served: Served) -> None:
    """The answer is there before the body is: other sites may not post here."""
    with served.connect() as slow:
        slow.sendall(b"POST /static/nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\n")
        assert slow.recv(9) == b"HTTP/1.1 "
        slow.settimeout(20)
        read_all(slow)  # ends only once the server has closed


def test_what_comes_in_steadily_may_take_longer(served: Served) -> None:
    with served.connect() as steady:
        steady.sendall(HEAD + FORM + b"Content-Length: 600005\r\n\r\nname=")
        for _ in range(10):
            time.sleep(PATIENCE_S / 5)
            steady.sendall(b"a" * 60_000)
        assert not steady.recv(65536).startswith(b"HTTP/1.1 408 ")


def test_a_hundred_slow_ones_keep_nobody_waiting(served: Served) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(served.connect()) for _ in range(100)]
        for number, connection in enumerate(slow):
            connection.sendall(HEAD if number % 2 else HEAD + FORM + b"Content-Length: 5000\r\n\r\nname=")
        assert is_served(served)
        assert {read_all(connection)[:13] for connection in slow} == {b"HTTP/1.1 408 "}


def test_an_upload_that_pauses_leaves_nothing_behind(served: Served, settings: Settings) -> None:
    store = open_store(settings.store_url)
    with store.writing() as connection:
        users.add_user(connection, "root", "loader", ("administrator", "manager"), None, must_change=False)
        token = sessions.open_session(connection, "loader")
    store.close()
    kept, open_before = files_in(settings.data_dir), served.descriptors()
    head = "POST /tables/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n"
    head += f"Cookie: kouken_session={token}\r\nContent-Length: 9000000\r\n"
    head += "Content-Type: multipart/form-data; boundary=cut\r\n\r\n"
    part = '--cut\r\nContent-Disposition: form-data; name="file"; filename="calls.csv"\r\n\r\ncall_id\r\n'
    with served.connect() as upload:
        upload.sendall(head.encode("ascii") + part.encode("ascii") + b"1\r\n" * 700_000)
        assert read_all(upload).startswith(b"HTTP/1.1 408 ")
    for _ in range(100):
        if served.descriptors() <= open_before:
            break
        time.sleep(0.05)
    assert served.descriptors() <= open_before
    assert files_in(settings.data_dir) == kept


def test_a_body_that_does_not_tell_its_length_is_refused_once_it_is_too_long(served: Served) -> None:
    with served.connect() as endless:
        endless.sendall(HEAD + FORM + b"Transfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + b"a" * 65536 + b"\r\n"
        with suppress(BrokenPipeError, ConnectionResetError):  # refused before the last of it
            for _ in range(LARGEST_BODY // 65536 + 1):
                endless.sendall(chunk)
        assert endless.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_a_handshake_of_tls_that_never_ends_is_not_waited_for(settings: Settings) -> None:
    """However it stops: without a word, or in the middle of the first one. Whoever greets in time is served."""
    own = {"certificate": str(CERTIFICATE), "key": str(CERTIFICATE), "request_timeout_s": str(PATIENCE_S)}
    hello = b"\x16\x03\x01\x02\x00\x01"  # the begin of a record of 512 bytes
    with serving_somebody(settings, own) as served, served.connect() as silent, served.connect() as begun:
        began = time.monotonic()
        begun.sendall(hello)
        assert read_all(silent) == b"" and not read_all(begun).startswith(b"HTTP")
        assert PATIENCE_S * 0.9 <= time.monotonic() - began < 10 * PATIENCE_S
        trusted = ssl.create_default_context(cafile=CERTIFICATE)
        with served.connect() as plain, trusted.wrap_socket(plain, server_hostname="localhost") as line:
            line.sendall(b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert line.recv(9) == b"HTTP/1.1 "


def serving_somebody(settings: Settings, web: dict[str, str]) -> AbstractContextManager[Served]:
    """Served by TLS, which wants an administrator first."""
    with open_store(settings.store_url) as store, store.writing() as connection:
        if users.find_user(connection, "root") is None:
            users.add_user(connection, "root", "root", ("administrator",), None, must_change=False)
    return serving(settings, **web)


def files_in(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.suffix not in (".db-wal", ".db-shm")}
