"""Cursors: where a page of a list ended, as one opaque word for the address."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from api.errors import BAD_CURSOR
from pipeline.search.searching import WHOLE, Place
from pipeline.store.calls import Position

LARGEST_ID = 2**63 - 1


def write_cursor(position: Position) -> str:
    """The word."""
    return _word(_parts(position))


def read_cursor(word: str | None) -> Position | None:
    """The position again. Raises `Unusable` for a word that was not written here."""
    return None if word is None else _position(_values(word, 2))


def write_place(place: Place) -> str:
    """The word for a place within a call."""
    return _word([*_parts(place.call), place.utterance])


def read_place(word: str | None) -> Place | None:
    """The place again. Raises `Unusable` for a word that was not written here."""
    if word is None:
        return None
    *values, utterance = _values(word, 3)
    position = _position(values)
    if type(utterance) is not int or not 0 <= utterance <= WHOLE or position.tagging_id == LARGEST_ID:
        raise BAD_CURSOR
    return Place(position, utterance)


def _parts(position: Position) -> list[Any]:
    return [position.started_at.isoformat() if position.started_at else None, position.tagging_id]


def _word(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _values(word: str, number: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise BAD_CURSOR from None
    if not isinstance(values, list) or len(values) != number:
        raise BAD_CURSOR
    return values


def _position(values: list[Any]) -> Position:
    started, tagging_id = values
    try:
        at = datetime.fromisoformat(started) if started is not None else None
    except (ValueError, TypeError):
        raise BAD_CURSOR from None
    if type(tagging_id) is not int or not 0 <= tagging_id < 2**63 or (at is not None and at.tzinfo is None):
        raise BAD_CURSOR
    return Position(at, tagging_id)
