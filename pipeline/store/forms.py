"""The searchable forms of each transcript: what makes re-tagging years of calls a matter of minutes.

They hold the words of the transcript once more and go with it when it is erased.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from pipeline.records import Tag
from pipeline.store.schema import call_forms, taggings
from pipeline.store.transcripts import read_tags


@dataclass(frozen=True, slots=True)
class Kept:
    """Of earlier runs: the packed forms, and the tags that the same rules found with another dictionary."""

    packed: bytes | None = None
    tags: tuple[Tag, ...] | None = None


def save_forms(connection: sa.Connection, transcript_id: int, forms_version: str, packed: bytes) -> None:
    """Keep the forms of a transcript in place of earlier ones."""
    connection.execute(sa.delete(call_forms).where(call_forms.c.transcript_id == transcript_id))
    row = {"transcript_id": transcript_id, "forms_version": forms_version, "packed": packed}
    connection.execute(sa.insert(call_forms).values(row))


def read_forms(connection: sa.Connection, transcript_id: int, forms_version: str) -> bytes | None:
    """The forms of a transcript; None where there are none of this version."""
    query = sa.select(call_forms.c.packed).where(
        call_forms.c.transcript_id == transcript_id, call_forms.c.forms_version == forms_version
    )
    return connection.execute(query).scalar_one_or_none()


def read_kept(connection: sa.Connection, transcript_id: int, forms_version: str, rules_version: str) -> Kept:
    """What is kept of a transcript for tagging it with another dictionary by the same rules."""
    query = (
        sa.select(taggings.c.tagging_id)
        .where(taggings.c.transcript_id == transcript_id, taggings.c.rules_version == rules_version)
        .order_by(taggings.c.tagging_id.desc())
        .limit(1)
    )
    tagging_id = connection.execute(query).scalar_one_or_none()
    tags = None if tagging_id is None else read_tags(connection, tagging_id)
    return Kept(read_forms(connection, transcript_id, forms_version), tags)
