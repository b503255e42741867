"""Messages in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """One message for people; `code` is stable, for programs and tests."""

    code: str
    ja: str
    en: str
