"""Passwords: Argon2id hashes, what is refused as too easy, and generated ones."""

import secrets
import unicodedata
from pathlib import Path

from pipeline.accounts.breached import is_breached
from pipeline.errors import BadInput
from pipeline.language import Text

LEAST, MOST = 12, 256  # characters: length counts, not mixtures of kinds (NIST SP 800-63B)
_GUESSES, _LOOKED_AT = 10**8, 72
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # nothing that is mistaken for something else on paper
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$V1Ux58r43kKAumGR5eHOpg$fSJgUK/AyR9je1ych/bjNgA89EGp1825NlYI+vTyfMg"


def hash_password(password: str, name: str = "", breached: Path | None = None) -> str:
    """The Argon2id hash. Raises `BadInput` if the password is too short or long, can be guessed, or has leaked.

    Guessed: about the person's name or this product, or made of what the lists of common passwords, keyboards and
    calendars hold (zxcvbn, fewer than 10⁸ guesses). Leaked: in the list `breached`; see `pipeline.accounts.breached`.
    """
    text = unicodedata.normalize("NFKC", password)
    if not LEAST <= len(text) <= MOST or len(set(text)) < 5 or (name and name.casefold() in text.casefold()):
        raise BadInput(
            Text(
                f"パスワードは {LEAST} 文字以上で、利用者の名前を含まず、同じ文字の繰り返しでないものにしてください。",
                f"A password has {LEAST} characters or more, without the user's name, and is no mere repetition.",
            )
        )
    if _is_guessed(text, name):
        raise BadInput(
            Text(
                "よく使われるパスワードや、推測しやすい並びは使えません。関係のない言葉をいくつか続けたものにしてください。",
                "This password is common or easily guessed. Take several words that are unrelated.",
            )
        )
    if breached and is_breached(password, breached):
        raise BadInput(
            Text(
                "このパスワードは、どこかから漏れたパスワードの一覧にあります。ほかのどこでも使っていないものにしてください。",
                "This password is in a list of breached passwords. Take one that you use nowhere else.",
            )
        )
    from argon2 import PasswordHasher

    return PasswordHasher().hash(text)


def _is_guessed(text: str, name: str) -> bool:
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]

    found = zxcvbn(text[:_LOOKED_AT], user_inputs=[name, "kouken", "貢献"])
    return bool(found["guesses"] < _GUESSES)


def is_password(password: str, known: str | None) -> bool:
    """Whether it is the one that was hashed; takes as long for nobody (`known` is None) as for somebody."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        text = unicodedata.normalize("NFKC", password[:MOST])
        return PasswordHasher().verify(known or _NOBODY, text) and known is not None
    except (VerificationError, InvalidHashError):
        return False


def renewed_hash(password: str, known: str) -> str | None:
    """The hash as it is made today of a password that `known` fits; None where `known` was made like that."""
    from argon2 import PasswordHasher

    hasher = PasswordHasher()
    return hasher.hash(unicodedata.normalize("NFKC", password)) if hasher.check_needs_rehash(known) else None


def hash_recovery_code(code: str) -> str:
    """The Argon2id hash of a generated code, which needs no rule on passwords; `is_password` knows it again.

    The least cost that OWASP's cheat sheet on storing passwords allows: ten are made, or tried, at once, and a code has
    49 random bits, where a password is chosen by a person.
    """
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(code)


def generate_recovery_code() -> str:
    """Two groups of five letters and digits: 49 bits, to be typed from paper."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(2))


def generate_password() -> str:
    """Four groups of seven letters and digits: 140 bits, readable aloud."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(7)) for _ in range(4))
