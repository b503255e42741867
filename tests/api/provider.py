"""An OpenID Connect provider on loopback that issues whatever a test asks for, and holds clients to the protocol."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "kouken-pages", "a-shared-secret-of-thirty-two-bytes"
BASIC = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}, private=True)


class FakeProvider:
    """`claims` and `described` are laid over what a good one says; `sign` makes the token."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.claims: dict[str, Any] = {}
        self.described: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.keys: dict[str, Any] = {"keys": [KEY.as_dict(private=False)]}
        self.sign = signed
        self.without_token = False

    def allow(self, address: str) -> dict[str, str]:
        """What a browser would bring back after the person has agreed at `address`."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["response_type"] == "code" and asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256" and set(asked["scope"].split()) == {"openid", "email"}
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def description(self) -> dict[str, Any]:
        """The discovery document."""
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        good = {name: f"{self.issuer}/{place}" for name, place in places.items()}
        return {"issuer": self.issuer, **good, **self.described}

    def redeem(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """A token for a code, once, to the client that began and still has its verifier."""
        begun = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if begun is None or begun["code_challenge"] != challenge or begun["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        if authorization != BASIC:
            return 401, {"error": "invalid_client"}
        now = int(time.time())
        good = {"iss": self.issuer, "aud": CLIENT, "sub": "S-1", "iat": now, "exp": now + 300, "nonce": begun["nonce"]}
        good |= {"email": "Sato@example.jp", "email_verified": True}
        claims = {name: value for name, value in (good | self.claims).items() if value is not None}
        token = {} if self.without_token else {"id_token": self.sign(claims)}
        return 200, {"access_token": "x", "token_type": "Bearer", **token}


def signed(claims: dict[str, Any]) -> str:
    """As it should be."""
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEY)


def unsigned(claims: dict[str, Any]) -> str:
    """By the algorithm `none`."""
    parts = ({"alg": "none", "kid": "one"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


@contextmanager
def running_provider() -> Iterator[FakeProvider]:
    """One on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked.append(self.path)
            if self.path.startswith("/authorize?"):  # a person who agrees to everything
                self.send_response(303)
                back = urlencode(provider.allow(self.path))
                self.send_header("Location", f"{parse_qs(urlsplit(self.path).query)['redirect_uri'][0]}?{back}")
                self.end_headers()
            elif self.path == "/keys":
                self.answer(200, provider.keys)
            else:
                assert self.path == "/.well-known/openid-configuration"
                self.answer(200, provider.description())

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.answer(*provider.redeem(form, self.headers.get("authorization", "")))

        def answer(self, status: int, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = FakeProvider(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
