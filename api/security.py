"""What guards every answer: only this machine may ask, and a page may load nothing from elsewhere."""

import ipaddress
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
CACHES = (  # the first prefix that fits; pages hold customers' words, of which nothing stays in a browser's cache
    ("/static/fonts/", "public, max-age=31536000"),
    ("/static/", "no-cache"),
    ("/", "no-store"),
)


def is_loopback(host: str) -> bool:
    """Whether a name or address without port means this machine.

    >>> is_loopback("localhost"), is_loopback("127.0.0.9"), is_loopback("::1"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(header: str) -> str:
    """The Host header without its port: `[::1]:8000` is `::1`."""
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0]


class LoopbackOnly:
    """Refuses requests addressed to any other name: a web page elsewhere could point its own name at this machine."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 421."""
        if scope["type"] == "http" and not is_loopback(host_of(Headers(scope=scope).get("host", ""))):
            answer = PlainTextResponse(
                "このアドレスでは応答しません。http://127.0.0.1 で開いてください。\n"
                "Not served under this name. Open http://127.0.0.1 instead.\n",
                status_code=421,
            )
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)


class SecurityHeaders:
    """Adds the headers to every answer, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on with the headers set when the answer starts."""
        guarded = _with_headers(send, scope["path"]) if scope["type"] == "http" else send
        await self.app(scope, receive, guarded)


def _with_headers(send: Send, path: str) -> Callable[[Message], Awaitable[None]]:
    cache = next((rule for prefix, rule in CACHES if path.startswith(prefix)), "no-store")

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", cache)
        await send(message)

    return send_with_headers
