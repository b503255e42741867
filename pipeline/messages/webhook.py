"""One signed JSON message to one place that the administrator has named; to no other, wherever names or answers lead.

The place is looked up once, every address it has is checked, and exactly these are connected to: a name that leads
elsewhere a moment later changes nothing. Redirects are answers like any other failure.
"""

import hashlib
import hmac
import ipaddress
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from pipeline.errors import BadInput, KoukenError
from pipeline.language import Text
from pipeline.settings import WebSettings

WAIT_SECONDS = 10.0  # for a connection, and for each part of the answer
LONGEST_SECONDS = 20.0  # for all of it
PORTS = {"https": 443, "http": 80}
_URL = re.compile(r"[!-~]{1,2000}")
_LOOPBACK = ("127.0.0.0/8", "::1/128")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Place:
    """Where a URL leads."""

    scheme: str
    host: str
    port: int
    path: str
    netloc: str


def place_of(url: str, hosts: Sequence[str]) -> Place:
    """Where the URL leads, if `web.webhook_hosts` allows it. Raises `BadInput`.

    >>> place_of("https://hooks.example.jp/x?k=1", ["hooks.example.jp"]).path
    '/x?k=1'
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        raise _unreadable() from None
    if not _URL.fullmatch(url) or not host or not port or parts.username is not None:
        raise _unreadable()
    if parts.scheme == "http" and not _is_loopback(host):
        raise BadInput(Text("https:// の URL を使ってください。", "Use a URL that begins with https://."))
    allowed = [(one.hostname, one.port or PORTS[parts.scheme]) for one in _names(hosts)]
    if (host, port) not in allowed:
        raise BadInput(
            Text(
                "この送り先は設定 web.webhook_hosts で許されていません。",
                "The setting web.webhook_hosts does not allow this host.",
            ),
            remedy=Text(
                "許すときは、設定にホスト名(443 以外は :ポート も)を加えて起動し直してください。",
                "To allow it, add the host (with :port unless 443) to the setting and restart.",
            ),
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.scheme, host, port, path, parts.netloc)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over the time, a dot and the body, as the header `Kouken-Signature` carries it."""
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def post(url: str, secret: str, key: str, content: Mapping[str, Any], web: WebSettings) -> Text:
    """Send it; the answer in words. `key` names the message: a second attempt carries the same one.

    Raises `BadInput` for a place that is not allowed, `KoukenError` if it was not taken.
    """
    place = place_of(url, web.webhook_hosts)
    body, timestamp = json.dumps(content, ensure_ascii=False).encode(), str(int(time.time()))
    headers = {
        "Host": place.netloc,
        "Content-Type": "application/json",
        "User-Agent": "Kouken",
        "Kouken-Message": key,
        "Kouken-Timestamp": timestamp,
        "Kouken-Signature": signature(secret, timestamp, body),
    }
    try:
        status = _exchange(place, _addresses(place, web.webhook_hosts), body, headers, web.webhook_ca_file)
    except TimeoutError:
        raise KoukenError(Text("時間内に答えがありませんでした。", "There was no answer in time.")) from None
    except (OSError, HTTPException) as error:
        name = type(error).__name__
        raise KoukenError(Text(f"届きませんでした({name})。", f"It did not arrive ({name}).")) from None
    return _in_words(status)


def _in_words(status: int) -> Text:
    if 200 <= status < 300:
        return Text(f"受け取られました(HTTP {status})。", f"It was taken (HTTP {status}).")
    if 300 <= status < 400:
        raise KoukenError(
            Text(
                f"別の場所への転送が返りました(HTTP {status})。転送先には送りません。",
                f"The answer leads elsewhere (HTTP {status}); that is not followed.",
            )
        )
    raise KoukenError(Text(f"受け取られませんでした(HTTP {status})。", f"It was not taken (HTTP {status})."))


def _exchange(
    place: Place, addresses: Sequence[str], body: bytes, headers: Mapping[str, str], ca_file: Path | None
) -> int:
    """The status of the answer; nothing else of it is read."""
    line, is_late = _connected(addresses, place.port), threading.Event()
    guard = line.dup()  # of the same connection: ending it ends whatever waits on the other one

    def cut() -> None:
        is_late.set()
        with suppress(OSError):
            guard.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(LONGEST_SECONDS, cut)
    timer.start()
    connection = HTTPConnection(place.host, place.port)
    try:
        if place.scheme == "https":
            line = ssl.create_default_context(cafile=ca_file).wrap_socket(line, server_hostname=place.host)
        connection.sock = line
        connection.request("POST", place.path, body, dict(headers))
        return connection.getresponse().status
    except (OSError, HTTPException):
        if is_late.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
        connection.close()
        line.close()
        guard.close()


def _connected(addresses: Sequence[str], port: int) -> socket.socket:
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), WAIT_SECONDS)
    return socket.create_connection((addresses[-1], port), WAIT_SECONDS)


def _addresses(place: Place, hosts: Sequence[str]) -> list[str]:
    """Every address of the place, each one public or named by the administrator. Raises `BadInput`, `OSError`."""
    named = list(_networks(hosts))
    found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for given in addresses:
        address = _plain(given)
        is_public = address.is_global and not address.is_multicast
        is_named = any(address in network for network in named)
        if not (is_public or is_named) or (place.scheme == "http" and not address.is_loopback):
            raise BadInput(
                Text(
                    "この名前は社内などの公開されていないアドレスを指しています。",
                    "The name leads to an address that is not public.",
                ),
                remedy=Text(
                    "許すときは、そのアドレスも設定 web.webhook_hosts に加えてください。",
                    "To allow it, add that address to the setting web.webhook_hosts, too.",
                ),
            )
    return addresses


def _plain(given: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address; one of IPv4 written as IPv6 is itself."""
    address = ipaddress.ip_address(given.partition("%")[0])
    return getattr(address, "ipv4_mapped", None) or address


def _names(hosts: Sequence[str]) -> Iterator[SplitResult]:
    """Hosts to send to, each with or without port."""
    for entry in hosts:
        if "/" not in entry:
            one = urlsplit("//" + entry)
            if not one.hostname or not _is_port(one):
                raise _bad_entry(entry)
            yield one


def _networks(hosts: Sequence[str]) -> Iterator[Network]:
    """Addresses that are not public and yet allowed: those named themselves, or by their network (10.1.0.0/16)."""
    for entry in hosts:
        if "/" in entry:
            try:
                yield ipaddress.ip_network(entry, strict=False)
            except ValueError:
                raise _bad_entry(entry) from None
    for one in _names(hosts):
        if one.hostname == "localhost":
            yield from map(ipaddress.ip_network, _LOOPBACK)
        with suppress(ValueError):
            yield ipaddress.ip_network(one.hostname or "")


def _is_port(one: SplitResult) -> bool:
    try:
        return one.port != 0
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _unreadable() -> BadInput:
    return BadInput(
        Text("URL が読めません。https://… の形で書いてください。", "The URL cannot be read. Write it as https://…")
    )


def _bad_entry(entry: str) -> BadInput:
    return BadInput(
        Text(f"設定 web.webhook_hosts の「{entry}」が読めません。", f"web.webhook_hosts: “{entry}” cannot be read.")
    )
