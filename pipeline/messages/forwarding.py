"""The audit log, sent on to another machine as syslog (RFC 5424) over TLS (RFC 5425), where nobody here can rewrite it.

Nothing is sent unless `[log] forward` names a receiver. Every record goes at least once, in the order of its number, as
JSON of exactly what its hash is made of, so that the receiver can see a change, a gap and a cut. What the receiver has
taken is itself on record (`audit.forward`): the next sending goes on from there, whichever process does it.
"""

import json
import logging
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

from pipeline.errors import BadInput, KoukenError
from pipeline.language import Text
from pipeline.messages.mail import LOCAL
from pipeline.settings import LogSettings
from pipeline.store import audit
from pipeline.store.connect import Connection, Store

log = logging.getLogger(__name__)
BATCH = 500  # records on one connection
NOTICE, WARNING = 5, 4  # severities; facility 13 is "log audit"
LONGEST_BEHIND = timedelta(hours=1)  # of a receiver and of `kouken serve`, which sends every few seconds
NOT_WELL = ("_refused", "_failed")


def check(settings: LogSettings) -> tuple[str, str, int]:
    """Scheme, host and port. Raises `BadInput` for a receiver to which records must not go."""
    place = urlsplit(settings.forward)
    try:
        scheme, host, port = place.scheme, place.hostname, place.port
    except ValueError:
        scheme, host, port = "", None, None
    if scheme not in ("tls", "tcp") or not host or not port or place.path or place.query:
        raise BadInput(
            Text("log.forward は tls://host:6514 の形で書いてください。", "Write log.forward like tls://host:6514.")
        )
    if scheme == "tcp" and host not in LOCAL:
        raise BadInput(
            Text(
                "操作の記録を暗号化なしで送れるのは同じ機械だけです。",
                "Without encryption the audit log goes to this machine only.",
            ),
            remedy=Text("log.forward を tls:// にしてください。", "Use tls:// in log.forward."),
        )
    return scheme, host, port


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many records wait for their receiver, and when the oldest of them was made."""

    waiting: int
    since: datetime | None

    def is_late(self, now: datetime) -> bool:
        """Whether that is longer than a receiver may be away."""
        return self.since is not None and now - self.since >= LONGEST_BEHIND

    def as_text(self) -> Text:
        """For people."""
        if self.since is None:
            return Text("別の機械へ送る操作の記録: 待ちなし", "Audit entries to be forwarded: none wait")
        at = f"{self.since.astimezone(UTC):%Y-%m-%d %H:%M}Z"
        return Text(
            f"別の機械へ送る操作の記録: 待ち {self.waiting} 件({at} から)",
            f"Audit entries to be forwarded: {self.waiting} wait since {at}",
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"waiting": self.waiting, "since": self.since.isoformat() if self.since else None}


def backlog(connection: Connection, settings: LogSettings) -> Backlog | None:
    """What the receiver has not taken; None where none is named."""
    return Backlog(*audit.waiting_to_be_forwarded(connection)) if settings.forward else None


class Forwarder:
    """Sends what the receiver has not taken yet: when asked, or every few seconds in a thread of its own."""

    def __init__(self, store: Store, settings: LogSettings) -> None:
        self._store, self._settings = store, settings
        self._taken = 0  # may be ahead of what is on record while another process is writing
        self._closing = Event()
        self._thread: Thread | None = None

    def send(self) -> int:
        """How many records the receiver took. Raises `KoukenError` when it cannot be reached, or is not who it says."""
        sent = 0
        while entries := self._waiting():
            _deliver(self._settings, [message_of(entry) for entry in entries])
            sent += len(entries)
            self._taken = entries[-1].number
            with self._store.writing() as connection:
                audit.record_forwarded(connection, entries[-1], len(entries))
        return sent

    def start(self) -> None:
        """Go on sending until closed."""
        self._thread = Thread(target=self._run, name="forwarding", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Leave off; what waits is sent by the next process."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(timeout=self._settings.forward_timeout_s)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self.send()
            except KoukenError as error:
                log.warning("records wait for their receiver: %s", error.logged.en)
            self._closing.wait(self._settings.forward_every_s)

    def _waiting(self) -> list[audit.Entry]:
        with self._store.reading() as connection:
            after = max(self._taken, audit.forwarded_upto(connection))
            entries = audit.entries_after(connection, after, BATCH)
        only_about_sending = all(entry.action == audit.FORWARD for entry in entries)
        return [] if only_about_sending else entries


@contextmanager
def forwarded_afterwards(store: Store, settings: LogSettings, say: Callable[[Text], None]) -> Iterator[None]:
    """Around a night: however it ends, send what waits. A receiver that does not take it is said, and no failure."""
    try:
        yield
    finally:
        if settings.forward:
            try:
                Forwarder(store, settings).send()
            except KoukenError as error:
                say(error.logged)


def message_of(entry: audit.Entry) -> bytes:
    """One RFC 5424 message: head, no structured data, and JSON in ASCII."""
    severity = WARNING if entry.action.endswith(NOT_WELL) else NOTICE
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    content = json.dumps(asdict(entry) | {"at": at}, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    host = socket.gethostname().encode("ascii", "replace").decode()[:255] or "-"
    stamp = at.replace("+00:00", "Z")
    head = f"<{13 * 8 + severity}>1 {stamp} {host} kouken - {entry.action[:32]} -"
    return f"{head} {content}".encode("ascii")


def _deliver(settings: LogSettings, messages: Sequence[bytes]) -> None:
    """All of them on one connection, which the receiver has read to its end when it closes in its turn."""
    try:
        with _connected(settings) as line:
            line.sendall(b"".join(b"%d %s" % (len(message), message) for message in messages))  # octet counting
            _wait_until_read(line)
    except OSError as error:
        place, told = settings.forward, type(error).__name__
        raise KoukenError(
            Text(f"操作の記録を送れません({place}、{told})。", f"The audit log cannot be sent ({place}, {told})."),
            remedy=Text(
                "[log] の設定と送り先を確かめてください。記録はここにあり、あとで続きから送ります。",
                "Check [log] and the receiver. The records are kept here and are sent later.",
            ),
        ) from None


def _wait_until_read(line: socket.socket) -> None:
    """Say that nothing more comes, and wait for the same from the other side. Raises `OSError` if that is a reset."""
    if isinstance(line, ssl.SSLSocket):
        try:
            line.unwrap()
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):  # some receivers close without the last word of TLS
            return
    else:
        line.shutdown(socket.SHUT_WR)
        while line.recv(1024):
            continue


@contextmanager
def _connected(settings: LogSettings) -> Iterator[socket.socket]:
    scheme, host, port = check(settings)
    with socket.create_connection((host, port), timeout=settings.forward_timeout_s) as line:
        if scheme == "tcp":
            yield line
            return
        context = ssl.create_default_context(cafile=settings.forward_ca_file)
        with context.wrap_socket(line, server_hostname=host) as encrypted:
            yield encrypted
