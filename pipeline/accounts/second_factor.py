"""The second factor of a sign-in by password: time-based one-time codes (RFC 6238) of an app, and recovery codes.

The secret that codes are reckoned from is kept sealed (AES-256-GCM, bound to the person's name) by a key that is
derived from the one in the data folder: whoever reads the database alone can make no code. Recovery codes are kept as
Argon2id hashes.
"""

import base64
import binascii
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest
from pathlib import Path
from typing import Literal

from pipeline.accounts.passwords import generate_recovery_code, hash_recovery_code, is_password
from pipeline.errors import BadInput, KoukenError
from pipeline.language import Text
from pipeline.outcomes.phone_key import phone_key
from pipeline.settings import WebSettings
from pipeline.store import factors
from pipeline.store.connect import Connection
from pipeline.store.factors import Factor
from pipeline.store.users import ROLES, User

STEP_S = 30
DRIFT = 1  # steps by which two clocks may be apart
DIGITS = 6
CODES = 10
OFFER_LASTS_S = 1800  # from showing a secret to its first code
_NONCE_BYTES = 12
_PURPOSE = b"kouken second factor 1"


@dataclass(frozen=True, slots=True)
class Proof:
    """A right answer, not used up yet. `step`: of a code; `code_hash`: of a recovery code."""

    kind: Literal["code", "recovery_code"]
    step: int = 0
    code_hash: str = ""


class OtherKey(KoukenError):
    """The secret was sealed by another key than the one in the data folder."""


OTHER_KEY = Text(
    "確認コードを確かめる鍵(phone.key)が、設定したときのものと違います。復旧コードを使うか、"
    "システム管理者に二段階認証を解いてもらってください。",
    "The key that codes are verified by (phone.key) is not the one of their set-up. Use a recovery code, or ask an"
    " administrator to reset two-factor sign-in.",
)


def check_settings(web: WebSettings) -> None:
    """Raises `BadInput` for roles that do not exist, or where nobody is asked for a second factor at all."""
    unknown = [role for role in web.second_factor_roles if role not in ROLES]
    if unknown or (web.second_factor_roles and web.second_factor == "off"):
        names = ", ".join(ROLES)
        raise BadInput(
            Text(
                f"web.second_factor_roles は {names} から選び、web.second_factor を off にしないでください。",
                f"web.second_factor_roles are of {names}, and need a web.second_factor that is not off.",
            )
        )


def is_required(user: User, web: WebSettings) -> bool:
    """Whether this person may not go on signing in by a password alone."""
    if web.second_factor == "optional":
        return any(role in web.second_factor_roles for role in user.roles)
    return web.second_factor == "required"


def new_secret() -> str:
    """160 random bits in base32, as apps take them."""
    import pyotp

    return pyotp.random_base32()


def seal(data_dir: Path, name: str, secret: str) -> str:
    """The secret as it is kept."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE_BYTES)
    return base64.b64encode(nonce + AESGCM(_key(data_dir)).encrypt(nonce, secret.encode(), name.encode())).decode()


def unseal(data_dir: Path, name: str, sealed: str) -> str:
    """The secret of that person. Raises `OtherKey`."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        raw = base64.b64decode(sealed, validate=True)
        return AESGCM(_key(data_dir)).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], name.encode()).decode()
    except (InvalidTag, binascii.Error, ValueError):
        raise OtherKey(OTHER_KEY) from None


def _key(data_dir: Path) -> bytes:
    """A key of its own, derived from the one that is kept: neither tells anything about the other's use."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(phone_key(data_dir))


def address_of(secret: str, name: str, place: str) -> str:
    """What an app reads from the picture: `place` tells sign-ins at several servers apart."""
    import pyotp

    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S).provisioning_uri(name=name, issuer_name=place)


def picture_of(address: str) -> str:
    """The address as a QR code: SVG to stand within a page, without styles or scripts."""
    import segno

    return str(segno.make(address, error="m", micro=False).svg_inline(border=4, light="#fff", omitsize=True))


def step_of(secret: str, code: str, at: float, after: int = 0) -> int | None:
    """The time step whose code this is, around the moment `at` (seconds since 1970) and later than the step `after`."""
    import pyotp

    codes, now = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S), int(at) // STEP_S
    for step in range(now - DRIFT, now + DRIFT + 1):
        if step > after and compare_digest(codes.generate_otp(step).encode(), code.encode()):
            return step
    return None


def as_typed(text: str) -> str:
    """A code as it is compared: half width, lower case, without blanks and hyphens of any kind.

    >>> as_typed("１２３ ４５６"), as_typed("ABCDE－fghij")
    ('123456', 'abcdefghij')
    """
    known = unicodedata.normalize("NFKC", text).casefold()
    return "".join(one for one in known if one.isalnum() and one not in "ー")


def prove(data_dir: Path, factor: Factor, codes: Sequence[str], name: str, typed: str, at: float) -> Proof | None:
    """What a typed code proves of the person; None if nothing. `codes`: hashes of the recovery codes that are left.

    Raises `OtherKey`.
    """
    given = as_typed(typed)
    if len(given) == DIGITS and given.isdecimal() and given.isascii():
        assert factor.secret is not None
        step = step_of(unseal(data_dir, name, factor.secret), given, at, factor.last_step)
        return Proof("code", step=step) if step is not None else None
    if len(given) != len(as_typed(generate_recovery_code())):
        return None  # the slow hash is for what could be one
    found = next((one for one in codes if is_password(given, one)), None)
    return Proof("recovery_code", code_hash=found) if found else None


def use_up(connection: Connection, name: str, proof: Proof) -> bool:
    """Take the proof, once; False if somebody was first."""
    if proof.kind == "code":
        return factors.take_step(connection, name, proof.step)
    return factors.take_code(connection, name, proof.code_hash)


def new_codes() -> tuple[list[str], list[str]]:
    """Recovery codes, and the hashes by which they are known again."""
    codes = [generate_recovery_code() for _ in range(CODES)]
    return codes, [hash_recovery_code(as_typed(code)) for code in codes]
