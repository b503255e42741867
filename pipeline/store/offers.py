"""What a later release of the starter dictionary offers a store: taken in as a draft, never over anybody's edit."""

import sqlalchemy as sa

from phrases.entry import PhraseSet
from pipeline.store import audit
from pipeline.store.dictionary import Items, Key, items_of, known_names, published, read_items
from pipeline.store.drafts import Draft, put_change, read_draft, step, wrong_state
from pipeline.store.people import STARTER, person
from pipeline.store.schema import dictionary_drafts, draft_changes


def starter_offer(connection: sa.Connection, starter: PhraseSet) -> Items:
    """What the starter dictionary of this release adds: items that this store never had, and newer texts of items that
    nobody here has changed. What was edited or removed here is never offered again.
    """
    in_force, ever = read_items(connection, published(connection).version), known_names(connection)
    edited = _edited_by_people(connection)
    return {
        key: fields
        for key, fields in items_of(starter).items()
        if key not in ever or (key in in_force and key not in edited and in_force[key] != fields)
    }


def take_starter(connection: sa.Connection, draft_id: int, actor: str, starter: PhraseSet, via: str = "") -> Draft:
    """Put the offer into a draft, to be reviewed like any change; items that the draft already changes stay."""
    who, draft = person(actor), read_draft(connection, draft_id)
    if draft.state != "draft":
        raise wrong_state(draft, "draft")
    in_force = read_items(connection, published(connection).version)
    taken = {change.key for change in draft.changes}
    offer = {key: fields for key, fields in starter_offer(connection, starter).items() if key not in taken}
    for key, fields in offer.items():
        put_change(connection, draft_id, key, fields, None, in_force.get(key), None, STARTER)
    if offer:
        step(connection, draft, "draft")
        details: dict[str, audit.Detail] = {"via": via, "changes": len(offer), "starter": starter.version}
        audit.record(connection, who, "phrases.save", str(draft_id), details)
    return read_draft(connection, draft_id)


def _edited_by_people(connection: sa.Connection) -> set[Key]:
    """Items that somebody here changed in a published draft."""
    query = sa.select(draft_changes.c.kind, draft_changes.c.name, draft_changes.c.editors).join(
        dictionary_drafts, dictionary_drafts.c.draft_id == draft_changes.c.draft_id
    )
    rows = connection.execute(query.where(dictionary_drafts.c.state == "published"))
    return {(kind, name) for kind, name, editors in rows if set(editors) != {STARTER}}
