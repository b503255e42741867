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
UNFIT = re.compile("[\x00\ud800-\udfff]")  # no file and not every store keeps these
LONGEST_SHOWN = 40  # characters of what stands in a file, in a message about it


def problem(place: str, ja: str, en: str, column: str = "", entry: str = "") -> Problem:
    """An error at a place."""
    return Problem(place, Message(ja, en), column=column, entry=entry)


def shown(text: str) -> str:
    """What somebody wrote, as a message repeats it: short, and without codes that a terminal obeys."""
    short = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
    return "".join(character if character.isprintable() else "�" for character in short)


def id_problems(place: str, identity: str) -> list[Problem]:
    """What is wrong with an id that is given; files are refused for it, because a draft cannot rename an entry."""
    if not identity or ID.fullmatch(identity):
        return []
    ja = f"id「{shown(identity)}」は使えません。半角の小文字、数字、-_. で、2〜64 文字で書きます。"
    return [
        problem(place, ja, f"The id “{shown(identity)}” must be 2 to 64 characters of a-z, 0-9 and -_. only.", "id")
    ]


def used_twice(place: str, identity: str, first: str) -> Problem:
    """The problem of an id that stands in a file for the second time."""
    ja = f"id「{identity}」は {first} にもあります。どちらかの id を変えてください。"
    return problem(place, ja, f"The id “{identity}” is used in {first}, too; change one of them.", "id", identity)


def build_phrase(
    place: str, texts: Mapping[str, str], lists: Mapping[str, tuple[str, ...]]
) -> tuple[Phrase | None, list[Problem]]:
    """An entry from its fields (empty ones have their defaults), or every problem of the fields."""
    entry = texts.get("id", "") if ID.fullmatch(texts.get("id", "")) else ""
    problems = [
        problem(place, f"{key} がありません。書き入れてください。", f"{key} is missing; fill it in.", key, entry)
        for key in ("id", "phrase")
        if not texts.get(key)
    ]
    status, levels = texts.get("status") or "published", lists.get("levels") or TEXT_LEVELS
    problems += _among(place, "category", texts.get("category", ""), CATEGORIES, entry)
    problems += _among(place, "status", status, STATUSES, entry)
    for level in levels:
        problems += _among(place, "levels", level, LEVELS, entry)
    for key, values in (*((key, (text,)) for key, text in texts.items()), *lists.items()):
        if any(map(UNFIT.search, values)):
            ja, en = (
                "文字として書けない符号があります。打ち直してください。",
                "It holds a code that is no character; retype it.",
            )
            problems.append(problem(place, ja, en, key, entry))
    weight, similarity = _share(texts.get("weight") or "1.0"), _share(texts.get("similarity") or "1.0")
    for key, value in (("weight", weight), ("similarity", similarity)):
        if value is None:
            ja, en = f"{key} は 0 より大きく 1 以下の数です。", f"{key} is a number above 0, at most 1."
            problems.append(problem(place, ja, en, key, entry))
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


def _among(place: str, key: str, value: str, known: tuple[str, ...], entry: str) -> list[Problem]:
    if value in known:
        return []
    choices, value = "、".join(known), shown(value)
    ja, en = f"{key}「{value}」は使えません({choices})。", f"{key} “{value}” is not one of {choices}."
    return [problem(place, ja, en, key, entry)]


def _share(text: str) -> float | None:
    try:
        weight = float(text)
    except ValueError:
        return None
    return weight if 0 < weight <= 1 else None
