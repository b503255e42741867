"""Passwords: Argon2id hashes, what is refused as too easy, and generated ones."""

import secrets
import unicodedata

from pipeline.errors import BadInput
from pipeline.language import Text

LEAST, MOST = 12, 256  # characters: length counts, not mixtures of kinds (NIST SP 800-63B)
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # nothing that is mistaken for something else on paper
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$V1Ux58r43kKAumGR5eHOpg$fSJgUK/AyR9je1ych/bjNgA89EGp1825NlYI+vTyfMg"


def hash_password(password: str, name: str = "") -> str:
    """The Argon2id hash. Raises `BadInput` if the password is too short or long, or is about the person's name."""
    text = unicodedata.normalize("NFKC", password)
    if not LEAST <= len(text) <= MOST or len(set(text)) < 5 or (name and name.casefold() in text.casefold()):
        raise BadInput(
            Text(
                f"パスワードは {LEAST} 文字以上で、利用者の名前を含まず、同じ文字の繰り返しでないものにしてください。",
                f"A password has {LEAST} characters or more, without the user's name, and is no mere repetition.",
            )
        )
    from argon2 import PasswordHasher

    return PasswordHasher().hash(text)


def is_password(password: str, known: str | None) -> bool:
    """Whether it is the one that was hashed; takes as long for nobody (`known` is None) as for somebody."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        text = unicodedata.normalize("NFKC", password[:MOST])
        return PasswordHasher().verify(known or _NOBODY, text) and known is not None
    except (VerificationError, InvalidHashError):
        return False


def generate_password() -> str:
    """Four groups of five letters and digits: 100 bits, readable aloud."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
