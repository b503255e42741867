"""The searchable forms of each transcript: what makes re-tagging years of calls a matter of minutes.

They hold the words of the transcript once more and go with it when it is erased.
"""

import sqlalchemy as sa

from pipeline.store.schema import call_forms


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
