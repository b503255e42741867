"""What a browser keeps between leaving for the identity provider and coming back: signed, short-lived, used once."""

import time
from threading import Lock

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from pipeline.accounts.openid import Begun
from pipeline.settings import WebSettings

LASTS_S = 600


def pending_cookie(web: WebSettings) -> str:
    """Behind TLS the browser itself holds the cookie to this host and to TLS."""
    return "__Host-kouken-oidc" if web.is_secure else "kouken_oidc"


class Pending:
    """Seals sign-ins under way with a key of this one process: after a restart one begins again.

    Nothing is kept here until somebody comes back, so that nobody can fill this memory by beginning.
    """

    def __init__(self) -> None:
        self._key = OctKey.generate_key(256)
        self._used: dict[str, float] = {}
        self._lock = Lock()

    def seal(self, begun: Begun, next: str) -> str:
        """For the browser."""
        claims = {"state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier, "next": next}
        return jwt.encode({"alg": "HS256"}, {**claims, "exp": int(time.time()) + LASTS_S}, self._key)

    def take(self, sealed: str, state: str) -> tuple[Begun, str] | None:
        """What was begun in this browser with this `state`, and where to go on; None the second time."""
        try:
            claims = jwt.decode(sealed, self._key, algorithms=["HS256"]).claims
        except (JoseError, ValueError):
            return None
        now = time.time()
        if claims["state"] != state or claims["exp"] <= now or not self._first(state, claims["exp"], now):
            return None
        return Begun(state, claims["nonce"], claims["verifier"]), claims["next"]

    def _first(self, state: str, until: float, now: float) -> bool:
        with self._lock:
            self._used = {used: end for used, end in self._used.items() if end > now}
            if state in self._used:
                return False
            self._used[state] = until
            return True
