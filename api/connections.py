"""The connections of browsers and programs: how many there may be, so that descriptors do not run out."""

import resource
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST = 512  # answered at once; a browser keeps up to six
DESCRIPTORS = 4096  # wanted; a quarter for connections, as many for those that are told to wait, half for files
RETRY_S = 5
_FULL = "いま混み合っています。少し待って、もう一度開いてください。\nBusy. Try again shortly.\n".encode()
_HEADERS = {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": str(len(_FULL)),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Retry-After": str(RETRY_S),
    "Connection": "close",
}


class Connection(H11Protocol):
    """Beyond the `most`, connections are answered 503 and closed; beyond twice as many, cut without an answer."""

    most = MOST

    def connection_made(self, transport: Any) -> None:
        """Count it."""
        super().connection_made(transport)
        if len(self.connections) > 2 * self.most:
            transport.abort()
        elif len(self.connections) > self.most:
            self.app = _answer_full


def connections_for_this_process() -> type[Connection]:
    """As many as its descriptors allow, after asking the system for enough of them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < DESCRIPTORS:
        soft = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    most = MOST if soft == resource.RLIM_INFINITY else min(MOST, soft // 4)
    return type("Connection", (Connection,), {"most": most})


async def _answer_full(scope: Scope, receive: Receive, send: Send) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": _FULL})
