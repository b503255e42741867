"""The phrase dictionary as published: immutable versions by their content's hash, in the order of publication.

An item is an entry (`phrase`), a list for `@名前` (`list`) or a registered name 単語登録 (`word`, see words.py). Texts
never change and are never deleted, so that a tag, a score and a report of any night lead back to what made them.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from phrases.entry import PhraseSet, Word
from phrases.fields import phrase_fields, phrase_from
from pipeline.errors import BadInput, KoukenError
from pipeline.language import Text
from pipeline.store import audit
from pipeline.store.people import STARTER, person
from pipeline.store.schema import dictionary_members, dictionary_texts, publications

Key = tuple[str, str]  # kind and name
Fields = dict[str, Any]
Items = dict[Key, Fields]

ACTIONS = {
    "starter": "phrases.seed",
    "draft": "phrases.publish",
    "rollback": "phrases.rollback",
}


@dataclass(frozen=True, slots=True)
class Publication:
    """One act of publishing. `kind`: starter, draft, rollback; in old stores words, from before these had drafts."""

    number: int
    version: str
    kind: str
    published_at: datetime
    published_by: str
    draft_id: int | None
    remark: str


def items_of(phrase_set: PhraseSet) -> Items:
    """Entries, lists and names as plain fields. Of a status only `retired` stays: the others are a draft's states."""
    items: Items = {}
    for phrase in phrase_set.phrases:
        fields = phrase_fields(phrase)
        if phrase.status != "retired":
            fields.pop("status", None)
        items["phrase", phrase.id] = fields
    for name, words in phrase_set.lists:
        items["list", name] = {"words": list(words)}
    for word in phrase_set.names:
        fields = {"surface": word.surface, "readings": list(word.readings), "misheard": list(word.misheard)}
        items["word", word.surface] = fields
    return items


def phrase_set_of(items: Mapping[Key, Fields]) -> PhraseSet:
    """The dictionary of these items."""
    phrases = tuple(phrase_from(fields) for (kind, _), fields in items.items() if kind == "phrase")
    lists = tuple((name, tuple(fields["words"])) for (kind, name), fields in items.items() if kind == "list")
    names = tuple(word_of(fields) for (kind, _), fields in items.items() if kind == "word")
    return PhraseSet(phrases, lists, names)


def word_of(fields: Fields) -> Word:
    """A registered name from its fields."""
    return Word(fields["surface"], tuple(fields["readings"]), tuple(fields["misheard"]))


def hash_of(fields: Fields) -> str:
    """SHA-256 of the fields of an item."""
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def list_publications(connection: sa.Connection, *, name: str = "", limit: int | None = None) -> list[Publication]:
    """The newest first; with `name`, only those that changed the text of that entry or list."""
    query = sa.select(publications).order_by(publications.c.number.desc())
    found = [Publication(**row._mapping) for row in connection.execute(query)]
    if name:
        texts = _texts_by_version(connection, name)
        before = [texts.get(publication.version) for publication in found[1:]] + [None]
        found = [one for one, older in zip(found, before, strict=True) if texts.get(one.version) != older]
    return found[:limit]


def published(connection: sa.Connection) -> Publication:
    """The publication in force. Raises `KoukenError` before the first, see `seed`."""
    query = sa.select(publications).order_by(publications.c.number.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise KoukenError(Text("辞書はまだ公開されていません。", "No dictionary has been published yet."))
    return Publication(**row._mapping)


def is_seeded(connection: sa.Connection) -> bool:
    """Whether anything was ever published."""
    return connection.execute(sa.select(sa.exists().select_from(publications))).scalar_one()


def seed(connection: sa.Connection, starter: PhraseSet) -> Publication:
    """Publish what ships with the product, if nothing was published before; what is in force."""
    if not is_seeded(connection):
        publish_items(connection, items_of(starter), "starter", STARTER, {})
    return published(connection)


def read_items(connection: sa.Connection, version: str) -> Items:
    """The items of a version. Raises `BadInput` for an unknown one, `KoukenError` if its texts were tampered with."""
    query = (
        sa.select(dictionary_members.c.kind, dictionary_members.c.name, dictionary_texts)
        .join(dictionary_texts, dictionary_texts.c.text_hash == dictionary_members.c.text_hash)
        .where(dictionary_members.c.version == version)
    )
    rows = connection.execute(query).all()
    if not rows:
        raise BadInput(
            Text(f"版 {version} の辞書はありません。", f"There is no dictionary {version}."),
            remedy=Text("kouken phrases history で版を確かめてください。", "See kouken phrases history."),
        )
    for row in rows:
        if hash_of(row.fields) != row.text_hash:
            raise KoukenError(
                Text(
                    f"辞書の「{row.name}」が公開されたときの内容と違います。",
                    f"The dictionary's “{row.name}” is not what was published.",
                ),
                remedy=Text("控えから戻してください(kouken restore)。", "Restore a backup (kouken restore)."),
            )
    return {(row.kind, row.name): row.fields for row in rows}


def read_version(connection: sa.Connection, version: str) -> PhraseSet:
    """A published dictionary, by its hash."""
    return phrase_set_of(read_items(connection, version))


def known_names(connection: sa.Connection) -> set[Key]:
    """Every item of every version, also those that were removed since."""
    query = sa.select(dictionary_members.c.kind, dictionary_members.c.name).distinct()
    return {(kind, name) for kind, name in connection.execute(query)}


def rollback(connection: sa.Connection, version: str, actor: str, remark: str, via: str = "") -> Publication:
    """Publish an older version again: what was approved then holds again from the next night on.

    Nothing that was made since is touched. Raises `BadInput` for an unknown version and for the one in force.
    """
    who, before = person(actor), published(connection)
    items = read_items(connection, version)
    if before.version == version:
        raise BadInput(Text(f"版 {version} はいま公開中です。", f"{version} is the one in force."))
    if not remark.strip():
        raise BadInput(Text("戻す理由を書いてください(--remark)。", "Say why (--remark)."))
    return publish_items(connection, items, "rollback", who, {"from": before.version, "via": via}, remark=remark)


def publish_items(
    connection: sa.Connection,
    items: Items,
    kind: str,
    actor: str,
    details: Mapping[str, Any],
    *,
    draft_id: int | None = None,
    remark: str = "",
) -> Publication:
    """Make these items the dictionary in force, whoever asks: for the functions that have asked who may."""
    if not items:
        raise BadInput(Text("空の辞書は公開できません。", "An empty dictionary cannot be published."))
    version = phrase_set_of(items).version
    known = sa.select(sa.exists().where(dictionary_members.c.version == version))
    if not connection.execute(known).scalar_one():
        keep_texts(connection, items.values())
        members = [
            {"version": version, "kind": key[0], "name": key[1], "text_hash": hash_of(fields)}
            for key, fields in items.items()
        ]
        connection.execute(sa.insert(dictionary_members), members)
    row = {"version": version, "kind": kind, "published_at": datetime.now(UTC), "published_by": actor}
    connection.execute(sa.insert(publications).values(**row, draft_id=draft_id, remark=remark))
    audit.record(connection, actor, ACTIONS[kind], version, {"items": len(items), **details})
    return published(connection)


def keep_texts(connection: sa.Connection, texts: Any) -> None:
    """Store the texts that are not there yet."""
    by_hash = {hash_of(fields): fields for fields in texts}
    query = sa.select(dictionary_texts.c.text_hash).where(dictionary_texts.c.text_hash.in_(list(by_hash)))
    there = set(connection.execute(query).scalars())
    new = [{"text_hash": key, "fields": fields} for key, fields in by_hash.items() if key not in there]
    if new:
        connection.execute(sa.insert(dictionary_texts), new)


def texts(connection: sa.Connection, hashes: set[str]) -> dict[str, Fields]:
    """The fields behind these hashes."""
    query = sa.select(dictionary_texts).where(dictionary_texts.c.text_hash.in_(list(hashes)))
    return {row.text_hash: row.fields for row in connection.execute(query)}


def _texts_by_version(connection: sa.Connection, name: str) -> dict[str, str]:
    query = sa.select(dictionary_members.c.version, dictionary_members.c.text_hash)
    rows = connection.execute(query.where(dictionary_members.c.name == name))
    return {version: text_hash for version, text_hash in rows}  # noqa: C416 - rows are not tuples to mypy
