"""Cursors: where a page of a list ended, as one opaque word for the address."""

import base64
import binascii
import json
from datetime import datetime

from api.errors import BAD_CURSOR
from pipeline.store.calls import Position


def write_cursor(position: Position) -> str:
    """The word."""
    started = position.started_at.isoformat() if position.started_at else None
    return base64.urlsafe_b64encode(json.dumps([started, position.tagging_id]).encode()).decode().rstrip("=")


def read_cursor(word: str | None) -> Position | None:
    """The position again. Raises `Unusable` for a word that was not written here."""
    if word is None:
        return None
    try:
        started, tagging_id = json.loads(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))
        at = datetime.fromisoformat(started) if started is not None else None
        if type(tagging_id) is not int or not 0 <= tagging_id < 2**63 or (at is not None and at.tzinfo is None):
            raise BAD_CURSOR
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise BAD_CURSOR from None
    return Position(at, tagging_id)
