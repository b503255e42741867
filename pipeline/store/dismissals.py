"""Candidates for phrases that somebody has turned down: they are not offered again."""

import hashlib
from datetime import UTC, datetime

import sqlalchemy as sa

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.store import audit
from pipeline.store.people import person
from pipeline.store.schema import dismissed_candidates


def dismissed(connection: sa.Connection) -> set[str]:
    """Their texts."""
    return set(connection.execute(sa.select(dismissed_candidates.c.text)).scalars())


def dismiss(connection: sa.Connection, text: str, actor: str, via: str = "") -> None:
    """Turn one down; a second time changes nothing. Raises `BadInput` for none."""
    if not text:
        raise BadInput(Text("候補が選ばれていません。", "No candidate was chosen."))
    who = person(actor)
    if text in dismissed(connection):
        return
    row = {"text": text, "dismissed_by": who, "dismissed_at": datetime.now(UTC)}
    connection.execute(sa.insert(dismissed_candidates).values(row))
    named = hashlib.sha256(text.encode()).hexdigest()[:16]  # the log holds nobody's words
    audit.record(connection, who, "phrases.dismiss", named, {"via": via})
