"""What a form of filters offers: the reasons that calls have, the phrases of the dictionary that found something."""

import sqlalchemy as sa

from pipeline.store.kept import kept_facts
from pipeline.store.pages import Pins, Within
from pipeline.store.schema import conversation_cells, dictionary_members, dictionary_texts
from pipeline.store.shown import counted_in

MOST = 200


def reasons_of(connection: sa.Connection, within: Within | None) -> list[str]:
    """The reasons of the calls within reach, by name, as the last night counted them."""
    if within is None:
        facts = kept_facts(connection)
        return facts["reasons"][:MOST] if facts else []
    cells = conversation_cells.c
    reach = cells.operator_id.in_(within.operators) | cells.team.in_(within.teams)
    of_reasons = (cells.run_id == counted_in()) & (cells.dimension == "reason") & (cells.value != "")
    query = sa.select(cells.value).distinct().where(of_reasons, reach)
    return list(connection.execute(query.order_by(cells.value).limit(MOST)).scalars())


def phrases_of(connection: sa.Connection, pins: Pins) -> dict[str, str]:
    """The entries of the dictionary that the calls were tagged with: id and how it is written."""
    query = (
        sa.select(dictionary_members.c.name, dictionary_texts.c.fields["phrase"].as_string().label("phrase"))
        .join(dictionary_texts, dictionary_texts.c.text_hash == dictionary_members.c.text_hash)
        .where(dictionary_members.c.version == pins.tagging.dictionary_version, dictionary_members.c.kind == "phrase")
        .order_by(dictionary_members.c.name)
    )
    return {row.name: row.phrase for row in connection.execute(query)}
