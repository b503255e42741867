"""Texts for people, in Japanese and English side by side; one of them is chosen where a person reads it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

Language = Literal["ja", "en"]


class Bilingual(Protocol):
    """What every message of any package has. `phrases` and `models` bring their own small types of this shape."""

    @property
    def ja(self) -> str: ...  # noqa: D102
    @property
    def en(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Text:
    """One message in both languages."""

    ja: str
    en: str

    def __str__(self) -> str:
        return self.ja


def in_language(text: Bilingual, language: Language) -> str:
    """The message as the reader wants it."""
    return text.en if language == "en" else text.ja


def locale_language(environ: Mapping[str, str] = os.environ) -> Language:
    """Japanese unless the locale names another language; `C` and `POSIX` (cron, systemd) name none."""
    for key in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(key, ""):
            name = value.split(".")[0].split("_")[0].lower()
            return "ja" if name in {"c", "posix", "ja"} else "en"
    return "ja"
