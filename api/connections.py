"""The connections of browsers and programs: how many there may be, and how long a request may take to come in."""

import asyncio
import fcntl
import resource
import sys
import termios
from ssl import SSLContext
from typing import Any

import h11
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST = 512  # answered at once; a browser keeps up to six
DESCRIPTORS = 4096  # wanted; a quarter for connections, as many for those that are told to wait, half for files
RETRY_S = 5
SLOWEST = 8_192  # bytes a second; whatever comes in so fast or faster may take as long as it needs
_FULL = "いま混み合っています。少し待って、もう一度開いてください。\nBusy. Try again shortly.\n".encode()
_HEADERS = {
    "Content-Type": "text/plain; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Connection": "close",
}
_LATE = "送るのに時間がかかりすぎました。\nThe request took too long to come in.\n".encode()
_INCOMING = (h11.IDLE, h11.SEND_BODY)  # of the other side: its head, or its body, is not here yet


class Connection(H11Protocol):
    """Beyond the `most`, connections are answered 503 and closed; beyond twice as many, cut without an answer.

    A head, and then a body, that is not here after `patience_s` seconds is answered 408 and closed, unless it comes in
    at a fair rate; so is one that pauses for so long. Between requests uvicorn closes by itself. Whoever takes nothing
    of an answer for `stalled_s` seconds is cut off, for it holds a file and a place among the sounds; a player that was
    only paused asks for the rest.
    """

    most, patience_s, stalled_s = MOST, 20.0, 600.0
    _stage: Any = None  # what is waited for
    _taken = 0  # bytes since the timer began
    _timer: asyncio.TimerHandle | None = None
    _stall: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Count it, and expect a head."""
        super().connection_made(transport)
        self._expect()
        if len(self.connections) > 2 * self.most:
            transport.abort()
        elif len(self.connections) > self.most:
            self.app = _answer_full

    def data_received(self, data: bytes) -> None:
        """Part of a request."""
        self._taken += len(data)
        super().data_received(data)
        self._expect()

    def on_response_complete(self) -> None:
        """Part of the next request may have come in meanwhile."""
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY:
            self._expect()

    def pause_writing(self) -> None:
        """The other side takes less than it is given."""
        super().pause_writing()
        self._wait_for_the_other(self._untaken())

    def resume_writing(self) -> None:
        """It has taken most of what was waiting."""
        super().resume_writing()
        self._stop_stall()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing more."""
        self._stop_timer()
        self._stop_stall()
        super().connection_lost(exc)

    def _expect(self) -> None:
        stage = (self.cycle, self.conn.their_state)
        if self.conn.their_state not in _INCOMING:
            self._stop_timer()
        elif self._timer is None or stage != self._stage:
            self._stop_timer()
            self._wait()
        self._stage = stage

    def _wait(self) -> None:
        self._taken = 0
        self._timer = self.loop.call_later(self.patience_s, self._look)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    def _wait_for_the_other(self, untaken: int) -> None:
        self._stall = self.loop.call_later(self.stalled_s, self._look_at_the_other, untaken)

    def _look_at_the_other(self, before: int) -> None:
        untaken = self._untaken()
        if untaken < before:  # slowly, but it does: the system tells of room only once a third of its own is free
            self._wait_for_the_other(untaken)
        else:
            self.transport.abort()

    def _untaken(self) -> int:
        """Bytes that wait for the other side, here and in the system."""
        queued = bytearray(4)
        fcntl.ioctl(self.transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, queued)
        return self.transport.get_write_buffer_size() + int.from_bytes(queued, sys.byteorder)

    def _stop_stall(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
        self._stall = None

    def _look(self) -> None:
        self._timer = None
        it_is_us = self.flow.read_paused  # the application has not taken yet what came in
        if it_is_us or self._taken >= self.patience_s * SLOWEST:
            self._wait()
        else:
            self._give_up()

    def _give_up(self) -> None:
        if self.conn.our_state is h11.SEND_BODY:  # what is left of an answer may never be taken
            self.transport.abort()
            return
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE) and self._has_begun():
            headers = list((_HEADERS | {"Content-Length": str(len(_LATE))}).items())
            for event in (h11.Response(status_code=408, headers=headers), h11.Data(data=_LATE), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()

    def _has_begun(self) -> bool:
        """A browser may open a connection before it has anything to ask."""
        return self._taken > 0 or self.conn.their_state is h11.SEND_BODY


class Loop(asyncio.SelectorEventLoop):
    """Gives a handshake of TLS as long as a head has; uvicorn leaves it a minute, in which nothing counts it."""

    def __init__(self, patience_s: float) -> None:
        super().__init__()
        self._patience_s = patience_s

    async def create_server(self, *given: Any, ssl: SSLContext | None = None, **named: Any) -> asyncio.Server:  # type: ignore[override]
        """As asyncio does, with the bound where there is a handshake."""
        patience = None if ssl is None else self._patience_s
        return await super().create_server(*given, ssl=ssl, ssl_handshake_timeout=patience, **named)


def connections_for_this_process(patience_s: float, stalled_s: float) -> type[Connection]:
    """As many as its descriptors allow, after asking the system for enough of them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < DESCRIPTORS:
        soft = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    most = MOST if soft == resource.RLIM_INFINITY else min(MOST, soft // 4)
    return type("Connection", (Connection,), {"most": most, "patience_s": patience_s, "stalled_s": stalled_s})


async def _answer_full(scope: Scope, receive: Receive, send: Send) -> None:
    fields = _HEADERS | {"Content-Length": str(len(_FULL)), "Retry-After": str(RETRY_S)}
    headers = [(name.lower().encode(), value.encode()) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": _FULL})
