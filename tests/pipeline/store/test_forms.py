"""Kept forms are read only by the version that made them, and go with their transcript."""

import sqlalchemy as sa

from pipeline.store.connect import Store
from pipeline.store.forms import read_forms, save_forms
from pipeline.store.schema import call_forms, transcripts
from tests.api.world import fill, plain_calls


def test_forms_are_read_by_their_version_and_replaced_by_the_next(store: Store) -> None:
    fill(store, plain_calls(1, "OP-1", "", 1))
    with store.writing() as connection:
        (key,) = connection.execute(sa.select(transcripts.c.transcript_id)).scalars()
        assert read_forms(connection, key, "v1") is None
        save_forms(connection, key, "v1", b"\x00one")
        assert (read_forms(connection, key, "v1"), read_forms(connection, key, "v2")) == (b"\x00one", None)
        save_forms(connection, key, "v2", b"two")
        assert (read_forms(connection, key, "v1"), read_forms(connection, key, "v2")) == (None, b"two")


def test_forms_hold_no_more_than_one_row_a_transcript(store: Store) -> None:
    fill(store, plain_calls(2, "OP-1", "", 1))
    with store.writing() as connection:
        for key in connection.execute(sa.select(transcripts.c.transcript_id)).scalars().all():
            for version in ("v1", "v2"):
                save_forms(connection, key, version, version.encode())
        rows = connection.execute(sa.select(call_forms.c.transcript_id, call_forms.c.forms_version)).all()
    assert [tuple(row) for row in rows] == [(1, "v2"), (2, "v2")]
