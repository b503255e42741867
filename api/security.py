"""What guards every answer: only known names are served, and a page may load nothing from elsewhere."""

import ipaddress
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.settings import WebSettings

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
HSTS = "max-age=31536000"  # a year
LARGEST_BODY = 1_000_000
_TOO_LARGE = PlainTextResponse("送られたものが大きすぎます。\nToo large.\n", status_code=413)
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


class KnownNames:
    """Refuses requests addressed to any name but this machine's own and those in the settings: a web page elsewhere
    could point its own name at this machine."""

    def __init__(self, app: ASGIApp, names: Sequence[str] = ()) -> None:
        self.app, self.names = app, frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 421."""
        host = host_of(Headers(scope=scope).get("host", "")) if scope["type"] == "http" else "localhost"
        if not is_loopback(host) and host.lower() not in self.names:
            answer = PlainTextResponse(
                "この名前では応答しません。開くときの名前を設定 web.names に加えてください。\n"
                "Not served under this name. Add it to the setting web.names.\n",
                status_code=421,
            )
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)


class SmallBodies:
    """Refuses bodies beyond what any form of ours can hold, before they are read; and counts while they come in."""

    def __init__(
        self, app: ASGIApp, most: int = LARGEST_BODY, larger: Mapping[str, int] = MappingProxyType({})
    ) -> None:
        self.app, self.most, self.larger = app, most, larger  # `larger`: by path, for the one that takes files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 413."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self.larger.get(scope["path"], self.most)
        length = Headers(scope=scope).get("content-length", "0")
        if not length.isdigit() or int(length) > most:
            await _TOO_LARGE(scope, receive, send)
            return
        taken = 0

        async def receive_counting() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise HTTPException(413, "Too large.", headers={"Connection": "close"})
            return message

        await self.app(scope, receive_counting, send)


class SecurityHeaders:
    """Adds the headers to every answer, errors included."""

    def __init__(self, app: ASGIApp, web: WebSettings) -> None:
        self.app, self.headers = app, HEADERS
        if web.is_secure:  # of a plain connection a browser ignores it
            self.headers = HEADERS | {"Strict-Transport-Security": HSTS + "; includeSubDomains" * web.hsts_subdomains}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on with the headers set when the answer starts."""
        guarded = _with_headers(send, scope["path"], self.headers) if scope["type"] == "http" else send
        await self.app(scope, receive, guarded)


def _with_headers(send: Send, path: str, fixed: Mapping[str, str]) -> Callable[[Message], Awaitable[None]]:
    cache = next((rule for prefix, rule in CACHES if path.startswith(prefix)), "no-store")

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in fixed.items():
                headers[name] = value
            headers.setdefault("Cache-Control", cache)
        await send(message)

    return send_with_headers
