"""Drafts: changes to the dictionary that are being written. Their way to publication: see publishing.py.

A draft holds what it changes and the published text that each change began with. Nobody overwrites what he has not
seen: a save says which text the editor started from, and one that is out of date is refused whole with a `Conflict`.
What was submitted cannot be edited without being sent back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from phrases.entry import PhraseSet, Status
from pipeline.errors import BadInput, NotAllowed
from pipeline.language import Text
from pipeline.store import audit
from pipeline.store.conflict import Clash, Conflict
from pipeline.store.dictionary import (
    Fields,
    Items,
    Key,
    hash_of,
    keep_texts,
    phrase_set_of,
    published,
    read_items,
    texts,
)
from pipeline.store.people import person
from pipeline.store.schema import dictionary_drafts, draft_changes

OPEN_STATES = ("draft", "in_review", "approved")
STATES: Mapping[str, Text] = {
    "draft": Text("下書き", "a draft"),
    "in_review": Text("確認待ち", "in review"),
    "approved": Text("承認済み", "approved"),
    "published": Text("公開済み", "published"),
    "discarded": Text("取りやめ", "given up"),
}
MOST_NAMED = 100  # items of one save that the audit log names; the draft itself has them all


@dataclass(frozen=True, slots=True)
class Change:
    """One item of a draft: what it was when the editing began (None: new) and what it shall be (None: removed)."""

    kind: str
    name: str
    base: Fields | None
    now: Fields | None
    editors: tuple[str, ...]

    @property
    def key(self) -> Key:
        """Kind and name."""
        return self.kind, self.name


@dataclass(frozen=True, slots=True)
class Draft:
    """A working set of changes. `owner` is empty for one that everybody shares; `revision` grows with every step."""

    draft_id: int
    owner: str
    state: str
    revision: int
    title: str
    created_at: datetime
    updated_at: datetime
    submitted_by: str | None
    decided_by: str | None
    remark: str
    changes: tuple[Change, ...] = ()

    @property
    def authors(self) -> frozenset[str]:
        """Everybody whose words are in it, and who submitted it."""
        edited = {editor for change in self.changes for editor in change.editors}
        return frozenset(edited | ({self.submitted_by} if self.submitted_by else set()))


def open_draft(connection: sa.Connection, actor: str, title: str = "", *, shared: bool = False) -> int:
    """A new, empty draft; its id."""
    now = datetime.now(UTC)
    row = {"owner": "" if shared else person(actor), "state": "draft", "revision": 1, "title": title, "remark": ""}
    made = connection.execute(sa.insert(dictionary_drafts).values(**row, created_at=now, updated_at=now))
    key = made.inserted_primary_key
    assert key is not None
    return int(key[0])


def own_draft(connection: sa.Connection, actor: str) -> Draft | None:
    """The newest draft of a person that can still be edited."""
    found = list_drafts(connection, states=("draft",), owner=person(actor))
    return read_draft(connection, found[0].draft_id) if found else None


def list_drafts(
    connection: sa.Connection, *, states: Sequence[str] = OPEN_STATES, owner: str | None = None
) -> list[Draft]:
    """The newest first, without their changes."""
    query = sa.select(dictionary_drafts).where(dictionary_drafts.c.state.in_(states))
    if owner is not None:
        query = query.where(dictionary_drafts.c.owner == owner)
    rows = connection.execute(query.order_by(dictionary_drafts.c.draft_id.desc()))
    return [Draft(**row._mapping) for row in rows]


def read_draft(connection: sa.Connection, draft_id: int) -> Draft:
    """A draft with its changes, by kind and name. Raises `BadInput` for an unknown one."""
    query = sa.select(dictionary_drafts).where(dictionary_drafts.c.draft_id == draft_id)
    head = connection.execute(query).one_or_none()
    if head is None:
        raise BadInput(Text(f"下書き {draft_id} はありません。", f"There is no draft {draft_id}."))
    rows = _change_rows(connection, draft_id)
    by_hash = texts(connection, {key for row in rows for key in (row.base_hash, row.text_hash) if key})
    changes = tuple(
        Change(row.kind, row.name, by_hash.get(row.base_hash), by_hash.get(row.text_hash), tuple(row.editors))
        for row in rows
    )
    return Draft(**head._mapping, changes=changes)


def merged_items(connection: sa.Connection, draft: Draft) -> Items:
    """The published items with the changes of a draft in their place."""
    items = dict(read_items(connection, published(connection).version))
    for change in draft.changes:
        items.pop(change.key, None)
        if change.now is not None:
            items[change.key] = change.now
    return items


def merged(connection: sa.Connection, draft: Draft) -> PhraseSet:
    """The dictionary as it would be if the draft were published now."""
    return phrase_set_of(merged_items(connection, draft))


def listed(connection: sa.Connection, draft: Draft) -> PhraseSet:
    """The same as people read it: what the draft changes bears the status of the draft."""
    status: Status = "draft" if draft.state == "draft" else "in_review"
    changed = {change.name for change in draft.changes if change.kind == "phrase"}
    whole = merged(connection, draft)
    moving = draft.state in OPEN_STATES
    return whole.of(
        tuple(
            replace(phrase, status=status) if moving and phrase.id in changed and phrase.status != "retired" else phrase
            for phrase in whole.phrases
        )
    )


def save(
    connection: sa.Connection,
    draft_id: int,
    actor: str,
    items: Mapping[Key, Fields | None],
    seen: Mapping[Key, Fields | None],
    via: str = "",
) -> Draft:
    """Put items into a draft; None removes one. `seen` are the texts that the editor started from (None: none).

    All or nothing. Raises `Conflict` where somebody else has changed one of them since: its clashes hold both texts.
    """
    who, draft = person(actor), read_draft(connection, draft_id)
    if draft.state != "draft":
        raise wrong_state(draft, "draft")
    in_force = read_items(connection, published(connection).version)
    wanted = {key: fields for key, fields in items.items() if fields != seen.get(key)}
    clashes = _clashes(draft, in_force, wanted, seen, who)
    if clashes:
        raise Conflict(clashes)
    by_key = {change.key: change for change in draft.changes}
    for key, fields in wanted.items():
        put_change(connection, draft_id, key, fields, by_key.get(key), in_force.get(key), seen.get(key), who)
    if wanted:
        step(connection, draft, "draft")
        named = sorted(f"{kind}:{name}" for kind, name in wanted)
        details: dict[str, audit.Detail] = {"via": via, "changes": len(named), "items": named[:MOST_NAMED]}
        audit.record(connection, who, "phrases.save", str(draft_id), details)
    return read_draft(connection, draft_id)


def discard(connection: sa.Connection, draft_id: int, actor: str, via: str = "") -> Draft:
    """Give a draft up; it stays readable. Raises `NotAllowed` for somebody else's."""
    who, draft = person(actor), read_draft(connection, draft_id)
    if draft.state not in OPEN_STATES:
        raise wrong_state(draft, "draft")
    if draft.owner not in ("", who):
        raise NotAllowed(
            Text("ほかの方の下書きは捨てられません。", "This is somebody else's draft."),
            actor=who, action="phrases.discard", object=str(draft_id), details={"via": via},
        )  # fmt: skip
    step(connection, draft, "discarded")
    audit.record(connection, who, "phrases.discard", str(draft_id), {"via": via})
    return read_draft(connection, draft_id)


def _clashes(
    draft: Draft, in_force: Items, wanted: Mapping[Key, Fields | None], seen: Mapping[Key, Fields | None], who: str
) -> list[Clash]:
    """Items whose text in this draft is neither what the editor saw nor what he wants.

    Whoever starts from what is in force may replace a change of his own: so he takes in what was published meanwhile.
    """
    by_key = {change.key: change for change in draft.changes}
    clashes = []
    for key, fields in wanted.items():
        change, start = by_key.get(key), seen.get(key)
        now = change.now if change else in_force.get(key)
        own = change is not None and set(change.editors) == {who} and start == in_force.get(key)
        if now not in (start, fields) and not own:
            clashes.append(Clash(*key, start, now, fields))
    return clashes


def put_change(
    connection: sa.Connection,
    draft_id: int,
    key: Key,
    fields: Fields | None,
    before: Change | None,
    in_force: Fields | None,
    seen: Fields | None,
    who: str,
) -> None:
    """Keep one change of a draft: `before` is the draft's own of that item, if any, `seen` what the editor saw."""
    base = in_force if before is None or seen == in_force else before.base
    editors = sorted({*(before.editors if before else ()), who})
    connection.execute(sa.delete(draft_changes).where(_is(draft_id, key)))
    if fields == base:
        return  # taken back: the draft leaves the item as it is
    kept = [text for text in (fields, base) if text is not None]
    keep_texts(connection, kept)
    row: dict[str, Any] = {"draft_id": draft_id, "kind": key[0], "name": key[1], "editors": editors}
    row |= {"base_hash": base and hash_of(base), "text_hash": fields and hash_of(fields)}
    connection.execute(sa.insert(draft_changes).values(**row, edited_at=datetime.now(UTC)))


def step(connection: sa.Connection, draft: Draft, state: str, **values: Any) -> None:
    """The next revision; somebody else's step in between is impossible, since the store has one writer."""
    row = {"state": state, "revision": draft.revision + 1, "updated_at": datetime.now(UTC), **values}
    where = dictionary_drafts.c.draft_id == draft.draft_id
    connection.execute(sa.update(dictionary_drafts).where(where).values(row))


def wrong_state(draft: Draft, wanted: str) -> BadInput:
    """The error of a step that the draft's state does not allow."""
    state, needed = STATES[draft.state], STATES[wanted]
    return BadInput(
        Text(
            f"{draft.draft_id} 番は「{state.ja}」です。「{needed.ja}」のときだけできます。",
            f"Draft {draft.draft_id} is {state.en}, not {needed.en}.",
        ),
        remedy=remedy_of(draft),
    )


def remedy_of(draft: Draft) -> Text | None:
    """What can be done with a draft in its state."""
    number = draft.draft_id
    return {
        "draft": Text(
            f"先に kouken phrases submit {number} で出してください。", f"Run kouken phrases submit {number}."
        ),
        "in_review": Text(
            f"別の方が kouken phrases approve {number} で承認するか、reject で差し戻します。",
            f"A second person runs kouken phrases approve {number}, or reject.",
        ),
        "approved": Text(f"kouken phrases publish {number} で公開できます。", f"Run kouken phrases publish {number}."),
    }.get(draft.state)


def _change_rows(connection: sa.Connection, draft_id: int) -> Sequence[sa.Row[Any]]:
    query = sa.select(draft_changes).where(draft_changes.c.draft_id == draft_id)
    return connection.execute(query.order_by(draft_changes.c.kind, draft_changes.c.name)).all()


def _is(draft_id: int, key: Key) -> sa.ColumnElement[bool]:
    columns = draft_changes.c
    return (columns.draft_id == draft_id) & (columns.kind == key[0]) & (columns.name == key[1])
