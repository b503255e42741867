"""What a browser keeps of a sign-in under way, at the identity provider or before a second factor: sealed by a key of
this one process, short-lived, used once."""

import secrets
import time
from collections.abc import Mapping
from threading import Lock

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from pipeline.accounts.openid import Begun
from pipeline.settings import WebSettings

LASTS_S = 600


def pending_cookie(web: WebSettings, purpose: str = "oidc") -> str:
    """Behind TLS the browser itself holds the cookie to this host and to TLS."""
    return f"__Host-kouken-{purpose}" if web.is_secure else f"kouken_{purpose}"


class Pending:
    """Seals sign-ins under way with a key of this one process: after a restart one begins again.

    Nothing is kept here until somebody comes back, so that nobody can fill this memory by beginning.
    """

    def __init__(self) -> None:
        self._key = OctKey.generate_key(256)
        self._used: dict[str, float] = {}
        self._lock = Lock()

    def seal_claims(self, purpose: str, claims: Mapping[str, str]) -> str:
        """For the browser; what was sealed for one purpose is nothing for another."""
        bound = {"for": purpose, "once": secrets.token_urlsafe(16), "exp": int(time.time()) + LASTS_S}
        return jwt.encode({"alg": "HS256"}, {**claims, **bound}, self._key)

    def claims_in(self, purpose: str, sealed: str) -> Mapping[str, str] | None:
        """What was sealed, as long as it lasts and was not used up."""
        try:
            claims = jwt.decode(sealed, self._key, algorithms=["HS256"]).claims
        except (JoseError, ValueError):
            return None
        alive = claims["for"] == purpose and claims["exp"] > time.time() and claims["once"] not in self._used
        return claims if alive else None

    def use_up(self, claims: Mapping[str, str]) -> bool:
        """Accept these claims no more; False if that has been done."""
        now = time.time()
        with self._lock:
            self._used = {used: end for used, end in self._used.items() if end > now}
            if claims["once"] in self._used:
                return False
            self._used[claims["once"]] = float(claims["exp"])
            return True

    def seal(self, begun: Begun, next: str) -> str:
        """A sign-in that leaves for the identity provider."""
        claims = {"state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier, "next": next}
        return self.seal_claims("oidc", claims)

    def take(self, sealed: str, state: str) -> tuple[Begun, str] | None:
        """What was begun in this browser with this `state`, and where to go on; None the second time."""
        claims = self.claims_in("oidc", sealed)
        if claims is None or claims["state"] != state or not self.use_up(claims):
            return None
        return Begun(state, claims["nonce"], claims["verifier"]), claims["next"]
