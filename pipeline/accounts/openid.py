"""Signing in by OpenID Connect: the authorisation code flow with PKCE at one provider, and what its token must say.

Nothing leaves the machine unless an issuer is named in the settings. The provider's description and keys are read
anew at every sign-in: that is rare, and keys change.
"""

import logging
import secrets
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.secrets import read_secret
from pipeline.settings import OidcSettings

log = logging.getLogger(__name__)
LOOPBACK = ("localhost", "127.0.0.1", "::1")
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
PUBLIC_KEYS = ("RSA", "EC", "OKP")  # a shared secret signs nothing here, whatever the key set holds
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
LEEWAY_S = 60  # how far two clocks may be apart
AT_ONCE = 8  # conversations with the provider: if it hangs, the rest of the server does not
LONGEST_SUBJECT = 255  # characters, by the standard


class Unreachable(Exception):
    """The provider cannot be asked, or does not answer as one."""


class Unproven(Exception):
    """What came back proves nobody's identity. `reason` is stable and names no person."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Begun:
    """The secrets of one sign-in under way."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider vouches for. `name` is the user's with whom a first sign-in is linked; None if the token has
    none that can be relied on, and `refused` says why. `is_barred`: not even an administrator's link lets it in."""

    issuer: str
    subject: str
    name: str | None
    refused: str = ""
    is_barred: bool = False


def begin() -> Begun:
    """New secrets, 256 bits each."""
    return Begun(*(secrets.token_urlsafe(32) for _ in range(3)))


class Provider:
    """The configured one. Raises `BadInput` for settings with which nobody could, or nobody should, sign in."""

    def __init__(self, settings: OidcSettings) -> None:
        if not settings.client_id or not _is_guarded(settings.issuer):
            raise BadInput(
                Text(
                    "[oidc] の issuer は https で始まる URL(同じ機械なら http も可)、client_id は必須です。",
                    "[oidc] needs an issuer by https (http on this machine only) and a client_id.",
                )
            )
        self.settings = settings
        self._secret = _secret(settings)
        self._tls = _tls(settings)
        self._room = BoundedSemaphore(AT_ONCE)

    def address(self, begun: Begun, redirect_uri: str) -> str:
        """Where the browser has to go. Raises `Unreachable`."""
        with self._client(redirect_uri) as client:
            endpoint = self._describe(client)["authorization_endpoint"]
            address, _ = client.create_authorization_url(endpoint, begun.state, begun.verifier, nonce=begun.nonce)
        return str(address)

    def identify(self, begun: Begun, code: str, redirect_uri: str) -> Identity:
        """Who came back with `code`. Raises `Unreachable` and `Unproven`."""
        with self._client(redirect_uri) as client:
            described = self._describe(client)
            answer = client.fetch_token(
                described["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=begun.verifier,
                redirect_uri=redirect_uri,
            )
            keys = _json(client, described["jwks_uri"])
        return identity_in(self._claims(answer.get("id_token"), keys, begun.nonce), self.settings)

    @contextmanager
    def _client(self, redirect_uri: str) -> Iterator[OAuth2Client]:
        if not self._room.acquire(timeout=self.settings.timeout_s):
            raise Unreachable
        try:
            with OAuth2Client(
                self.settings.client_id,
                self._secret,
                scope="openid email",
                redirect_uri=redirect_uri,
                code_challenge_method="S256",
                timeout=self.settings.timeout_s,
                follow_redirects=False,
                verify=self._tls,
            ) as client:
                yield client
        except OAuthError as error:
            log.warning("openid: the provider refused the code: %.60r", error.error)
            raise Unproven("code") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            log.warning("openid: the provider cannot be asked: %s", type(error).__name__)
            raise Unreachable from None
        finally:
            self._room.release()

    def _describe(self, client: OAuth2Client) -> Mapping[str, Any]:
        issuer = self.settings.issuer
        described = _json(client, issuer.rstrip("/") + "/.well-known/openid-configuration")
        if described.get("issuer") != issuer or not all(_is_guarded(described.get(name)) for name in ENDPOINTS):
            raise ValueError("not the description of this issuer")
        return described

    def _claims(self, token: object, keys: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        """The claims of an ID token whose signature, issuer, audience, times and nonce hold. Raises `Unproven`."""
        expected = {"iss": self.settings.issuer, "aud": self.settings.client_id}
        exactly = {name: {"essential": True, "value": value} for name, value in expected.items()}
        params = {"nonce": nonce, "client_id": self.settings.client_id}
        try:
            if not isinstance(token, str):
                raise ValueError("no token")
            decoded = jwt.decode(token, _public(keys), algorithms=list(ALGORITHMS))
            claims = CodeIDToken(decoded.claims, decoded.header, exactly, params)
            claims.validate(leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError, KeyError) as error:  # the last ones: keys that are none
            reason = getattr(error, "claim", None) or "signature"
            log.warning("openid: the token does not hold: %s (%s)", type(error).__name__, reason)
            raise Unproven(reason) from None
        return decoded.claims


def identity_in(claims: Mapping[str, Any], settings: OidcSettings) -> Identity:
    """The person in checked claims. Raises `Unproven` without a subject.

    By `user = "email"`, and wherever a domain is asked for, only an address that the provider itself has verified
    counts: `email_verified` (Google, Keycloak) or, where that is missing, `xms_edov` (Entra ID).
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise Unproven("sub")
    email = _verified_email(claims)
    wants_email = settings.user == "email" or settings.allowed_domain
    if wants_email and email is None:
        return Identity(settings.issuer, subject, None, "unverified_email", is_barred=bool(settings.allowed_domain))
    if settings.allowed_domain and (email or "").rpartition("@")[2] != settings.allowed_domain.casefold():
        return Identity(settings.issuer, subject, None, "domain", is_barred=True)
    return Identity(settings.issuer, subject, email if settings.user == "email" else subject)


def _verified_email(claims: Mapping[str, Any]) -> str | None:
    email = claims.get("email")
    if "email_verified" in claims:
        is_verified = claims["email_verified"] is True
    else:
        is_verified = claims.get("xms_edov") in (True, "1", "true")
    if not is_verified or not isinstance(email, str) or not email.isascii():  # look-alikes would fold to another name
        return None
    return email.casefold()


def _is_guarded(address: object) -> bool:
    """Whether nobody on the way can change what is said there."""
    try:
        parts = urlsplit(address) if isinstance(address, str) else urlsplit("")
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def _public(keys: Mapping[str, Any]) -> KeySet:
    listed = [key for key in keys["keys"] if isinstance(key, dict) and key.get("kty") in PUBLIC_KEYS]
    return KeySet.import_key_set({"keys": listed})


def _json(client: OAuth2Client, address: str) -> Mapping[str, Any]:
    answer = client.request("GET", address, withhold_token=True).raise_for_status().json()
    if not isinstance(answer, dict):
        raise ValueError("not a JSON object")
    return answer


def _secret(settings: OidcSettings) -> str | None:
    if settings.client_secret_file is None:
        return settings.client_secret.get_secret_value() or None
    return read_secret(settings.client_secret_file, "oidc.client_secret_file")


def _tls(settings: OidcSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        raise BadInput(
            Text(f"oidc.ca_file を読めません({error.strerror})。", f"Cannot read oidc.ca_file: {error.strerror}.")
        ) from None
