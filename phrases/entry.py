"""Dictionary entries and sets of them: immutable, and a set is named by the hash of its content."""

import hashlib
import json
from dataclasses import MISSING, dataclass, field, fields
from functools import cached_property
from typing import Literal

Category = Literal["appeal", "enablement", "proposal", "interest", "decline", "churn_risk", "satisfaction", "complaint"]
Level = Literal["surface", "normalized", "reading", "meaning"]
Speaker = Literal["operator", "customer"]
Status = Literal["draft", "in_review", "published", "retired"]

OPERATOR_CATEGORIES: tuple[Category, ...] = ("appeal", "enablement", "proposal")
CUSTOMER_CATEGORIES: tuple[Category, ...] = ("interest", "decline", "churn_risk", "satisfaction", "complaint")
CATEGORIES = OPERATOR_CATEGORIES + CUSTOMER_CATEGORIES
TEXT_LEVELS: tuple[Level, ...] = ("surface", "normalized", "reading")  # decided by the words alone
LEVELS: tuple[Level, ...] = (*TEXT_LEVELS, "meaning")
NAMES_LIST = "単語"
STATUSES: tuple[Status, ...] = ("draft", "in_review", "published", "retired")


def speaker_of(category: Category) -> Speaker:
    """Who says phrases of a category."""
    return "operator" if category in OPERATOR_CATEGORIES else "customer"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One entry. `phrase` is a plain phrase or a query (see QUERY.md); `weight` is above 0 and at most 1.

    `levels` are tried in order, and a hit says which one found it. `examples` must match, `counter_examples` must not
    (or must be cancelled by their context); `lint` checks both.
    """

    id: str
    category: Category
    phrase: str
    levels: tuple[Level, ...] = TEXT_LEVELS
    weight: float = 1.0
    note: str = ""
    owner: str = ""
    status: Status = "published"
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()
    similarity: float | None = None  # level `meaning` only: how near to an example, 0 to 1; None = the measured default

    @property
    def speaker(self) -> Speaker:
        """Who must say it."""
        return speaker_of(self.category)


@dataclass(frozen=True, slots=True)
class Word:
    """One name as it is to be written, its readings in kana, and what the recogniser usually writes instead."""

    surface: str
    readings: tuple[str, ...] = ()
    misheard: tuple[str, ...] = ()


@dataclass(frozen=True)
class PhraseSet:
    """A dictionary: entries in the order of their ids, word lists for `@一覧` in queries, and the names 単語登録.

    A name in a phrase is also found where the recogniser wrote its reading or one of its misheard forms.

    Two sets with the same content have the same `version`, wherever they were read from.
    """

    phrases: tuple[Phrase, ...]
    lists: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())
    names: tuple[Word, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "phrases", tuple(sorted(self.phrases, key=lambda phrase: phrase.id)))
        object.__setattr__(self, "lists", tuple(sorted((name, tuple(words)) for name, words in self.lists)))
        object.__setattr__(self, "names", tuple(sorted(self.names, key=lambda word: word.surface)))

    @cached_property
    def version(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 of the content.

        Fields at their defaults are left out: a field that a later release adds leaves old versions as they were named.
        """
        content: dict[str, object] = {"phrases": [_told(phrase) for phrase in self.phrases], "lists": self.lists}
        if self.names:
            content["names"] = [(word.surface, word.readings, word.misheard) for word in self.names]
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]

    @cached_property
    def by_id(self) -> dict[str, Phrase]:
        """Entries by id."""
        return {phrase.id: phrase for phrase in self.phrases}

    def of(self, phrases: tuple[Phrase, ...]) -> "PhraseSet":
        """Other entries with the same lists and names."""
        return PhraseSet(phrases, self.lists, self.names)

    @cached_property
    def words(self) -> dict[str, tuple[str, ...]]:
        """Word lists by name; `@単語` is every registered name, unless a list is called so."""
        registered = {NAMES_LIST: tuple(word.surface for word in self.names)} if self.names else {}
        return registered | dict(self.lists)


def _told(phrase: Phrase) -> dict[str, object]:
    """The fields of an entry that differ from their defaults."""
    values = ((item, getattr(phrase, item.name)) for item in fields(phrase))
    return {item.name: value for item, value in values if item.default is MISSING or value != item.default}
