"""The fields of an entry as text, checked and built the same way whatever file they come from."""

import re
from collections.abc import Mapping
from typing import Any

from phrases.entry import CATEGORIES, LEVELS, STATUSES, TEXT_LEVELS, Phrase
from phrases.messages import Message, PhraseError, Problem

TEXT_FIELDS = ("id", "category", "phrase", "weight", "status", "owner", "note", "similarity")
LIST_FIELDS = ("levels", "examples", "counter_examples")
FIELDS = (
    "id", "category", "phrase", "levels", "weight", "status", "owner", "note", "similarity", "examples",
    "counter_examples",
)  # fmt: skip

ID = re.compile(r"[a-z0-9][a-z0-9_.-]{1,63}")


def problem(place: str, ja: str, en: str) -> Problem:
    """An error at a place."""
    return Problem(place, Message(ja, en))


def id_problems(place: str, identity: str) -> list[Problem]:
    """What is wrong with an id that is given; files are refused for it, because a draft cannot rename an entry."""
    if not identity or ID.fullmatch(identity):
        return []
    ja = f"id「{identity}」は使えません。半角の小文字、数字、-_. で、2〜64 文字で書きます。"
    return [problem(place, ja, f"The id “{identity}” must be 2 to 64 characters of a-z, 0-9 and -_. only.")]


def build_phrase(
    place: str, texts: Mapping[str, str], lists: Mapping[str, tuple[str, ...]]
) -> tuple[Phrase | None, list[Problem]]:
    """An entry from its fields (empty ones have their defaults), or every problem of the fields."""
    problems = [
        problem(place, f"{key} がありません。", f"{key} is missing.") for key in ("id", "phrase") if not texts.get(key)
    ]
    status, levels = texts.get("status") or "published", lists.get("levels") or TEXT_LEVELS
    problems += _among(place, "category", texts.get("category", ""), CATEGORIES)
    problems += _among(place, "status", status, STATUSES)
    for level in levels:
        problems += _among(place, "levels", level, LEVELS)
    weight, similarity = _share(texts.get("weight") or "1.0"), _share(texts.get("similarity") or "1.0")
    for key, value in (("weight", weight), ("similarity", similarity)):
        if value is None:
            ja, en = f"{key} は 0 より大きく 1 以下の数です。", f"{key} is a number above 0, at most 1."
            problems.append(problem(place, ja, en))
    if problems or weight is None:
        return None, problems
    phrase = Phrase(
        id=texts["id"],
        category=texts["category"],  # type: ignore[arg-type]  # checked above
        phrase=texts["phrase"],
        levels=tuple(level for level in LEVELS if level in levels),
        weight=weight,
        note=texts.get("note", ""),
        owner=texts.get("owner", ""),
        status=status,  # type: ignore[arg-type]  # checked above
        examples=lists.get("examples", ()),
        counter_examples=lists.get("counter_examples", ()),
        similarity=similarity if texts.get("similarity") else None,
    )
    return phrase, []


def phrase_fields(phrase: Phrase) -> dict[str, Any]:
    """An entry as plain values, in the order in which people read them; fields at their defaults are left out."""
    fields: dict[str, Any] = {
        "id": phrase.id,
        "category": phrase.category,
        "phrase": phrase.phrase,
        "levels": list(phrase.levels) if phrase.levels != TEXT_LEVELS else None,
        "weight": phrase.weight if phrase.weight != 1.0 else None,
        "status": phrase.status if phrase.status != "published" else None,
        "owner": phrase.owner or None,
        "note": phrase.note or None,
        "similarity": phrase.similarity,
        "examples": list(phrase.examples) or None,
        "counter_examples": list(phrase.counter_examples) or None,
    }
    return {key: value for key, value in fields.items() if value is not None}


def phrase_from(fields: Mapping[str, Any]) -> Phrase:
    """The entry that `phrase_fields` took apart. Raises `PhraseError` for anything else."""
    texts = {key: str(fields[key]) for key in TEXT_FIELDS if key in fields}
    lists = {key: tuple(fields[key]) for key in LIST_FIELDS if key in fields}
    phrase, problems = build_phrase(texts.get("id", ""), texts, lists)
    if phrase is None:
        raise PhraseError(tuple(problems))
    return phrase


def _among(place: str, key: str, value: str, known: tuple[str, ...]) -> list[Problem]:
    if value in known:
        return []
    choices = "、".join(known)
    return [problem(place, f"{key}「{value}」は使えません({choices})。", f"{key} “{value}” is not one of {choices}.")]


def _share(text: str) -> float | None:
    try:
        weight = float(text)
    except ValueError:
        return None
    return weight if 0 < weight <= 1 else None
