"""What a form of filters offers: the reasons that calls have, the phrases of the dictionary that found something."""

from typing import Any

import sqlalchemy as sa

from pipeline.store.call_filter import of_reach
from pipeline.store.pages import Pins, Within, held
from pipeline.store.schema import calls, dictionary_members, dictionary_texts

MOST = 200


def reasons_of(connection: sa.Connection, pins: Pins, within: Within | None) -> list[str]:
    """The reasons in the calls table, as it stood, of the calls within reach, by name."""
    stood = held(calls, pins.loads.get("calls"))
    query: sa.Select[Any] = sa.select(calls.c.reason).distinct().where(calls.c.reason.is_not(None), *stood)
    return list(connection.execute(of_reach(query, within).order_by(calls.c.reason).limit(MOST)).scalars())


def phrases_of(connection: sa.Connection, pins: Pins) -> dict[str, str]:
    """The entries of the dictionary that the calls were tagged with: id and how it is written."""
    query = (
        sa.select(dictionary_members.c.name, dictionary_texts.c.fields)
        .join(dictionary_texts, dictionary_texts.c.text_hash == dictionary_members.c.text_hash)
        .where(dictionary_members.c.version == pins.tagging.dictionary_version, dictionary_members.c.kind == "phrase")
        .order_by(dictionary_members.c.name)
    )
    return {row.name: row.fields["phrase"] for row in connection.execute(query)}
