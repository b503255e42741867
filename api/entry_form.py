"""The form of one dictionary entry: its fields as typed, and the entry that they make."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Annotated, Any

from fastapi import Form

from phrases.entry import TEXT_LEVELS, Phrase, PhraseSet
from phrases.fields import build_phrase
from phrases.japanese import Japanese
from phrases.messages import Problem
from pipeline.dictionaries.dictionary import check_entry
from pipeline.store.dictionary import Fields, items_of

Line = Annotated[str, Form(max_length=300)]
Long = Annotated[str, Form(max_length=20_000)]


@dataclass(frozen=True, slots=True)
class EntryForm:
    """As typed. Examples are one to a line."""

    id: str
    category: str
    phrase: str
    levels: tuple[str, ...]
    weight: str
    similarity: str
    owner: str
    note: str
    examples: str
    counter_examples: str
    retired: bool

    def build(self) -> tuple[Phrase | None, list[Problem]]:
        """The entry, or what is wrong with its fields."""
        texts = {name: getattr(self, name).strip() for name in ("id", "category", "weight", "similarity", "owner")}
        texts |= {"phrase": " ".join(self.phrase.split()), "note": self.note.strip()}
        texts["status"] = "retired" if self.retired else "published"
        lists = {"levels": self.levels, "examples": _lines(self.examples)}
        return build_phrase(texts["id"], texts, lists | {"counter_examples": _lines(self.counter_examples)})


def entry_form(
    id: Line = "",
    category: Line = "",
    phrase: Annotated[str, Form(max_length=2_000)] = "",
    levels: Annotated[list[str], Form(max_length=10)] = [],  # noqa: B006 - FastAPI copies it
    weight: Line = "",
    similarity: Line = "",
    owner: Line = "",
    note: Annotated[str, Form(max_length=2_000)] = "",
    examples: Long = "",
    counter_examples: Long = "",
    retired: Line = "",
) -> EntryForm:
    """The fields of a request."""
    return EntryForm(
        id, category, phrase, tuple(levels), weight, similarity, owner, note, examples, counter_examples,
        retired == "yes",
    )  # fmt: skip


def form_of(fields: Mapping[str, Any]) -> EntryForm:
    """The form filled in with what an entry says now; empty for a new one."""
    return EntryForm(
        id=fields.get("id", ""),
        category=fields.get("category", ""),
        phrase=fields.get("phrase", ""),
        levels=tuple(fields.get("levels", TEXT_LEVELS)),
        weight=str(fields.get("weight", "1.0")),
        similarity=str(fields.get("similarity", "")),
        owner=fields.get("owner", ""),
        note=fields.get("note", ""),
        examples="\n".join(fields.get("examples", ())),
        counter_examples="\n".join(fields.get("counter_examples", ())),
        retired=fields.get("status") == "retired",
    )


def fields_of(phrase: Phrase) -> Fields:
    """The entry as the store keeps it."""
    return items_of(PhraseSet((phrase,)))["phrase", phrase.id]


class Linter:
    """Lints entries while they are typed. The analyser of Japanese is loaded once and serves one request at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._japanese: Japanese | None = None

    def problems(self, phrase: Phrase, phrase_set: PhraseSet) -> tuple[Problem, ...]:
        """What `kouken phrases lint` and the approval would say of it."""
        with self._lock:
            self._japanese = self._japanese or Japanese()
            return check_entry(phrase, phrase_set, self._japanese)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
