"""Texts for people, in Japanese and English side by side; one of them is chosen where a person reads it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, Language] = ("ja", "en")


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


_COUNTED = (
    "answers calls changes contracts customers days drafts entries files folds hits minutes moments nights operators"
    " packets people phrases places questions recordings records repetitions results reviews rows samples seconds terms"
    " times tries turns units utterances versions words"
).split()
_ONE = {"entries": "entry", "people": "person", "tries": "try", "are": "is", "were": "was", "have": "has"}
_OF_ONE = re.compile(rf"(?<![\d.,:–-])1( (?:[a-z]+ )??)({'|'.join(_COUNTED)})\b(?: (are|were|have)\b)?")


def singular(text: str) -> str:
    """An English message in which one of a thing is told as one: `1 recordings are` → `1 recording is`."""

    def told(found: re.Match[str]) -> str:
        between, noun, verb = found.groups()
        one = _ONE.get(noun, noun.removesuffix("s"))
        return f"1{between}{one}" + (f" {_ONE[verb]}" if verb else "")

    return _OF_ONE.sub(told, text)
