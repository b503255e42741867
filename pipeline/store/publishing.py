"""The way of a draft to publication: submitted, approved by a second person or sent back, published.

Who has words in a draft or submitted it cannot approve it. An attempt goes on record, like every step.
"""

import sqlalchemy as sa

from pipeline.errors import BadInput, NotAllowed
from pipeline.language import Text
from pipeline.store import audit
from pipeline.store.conflict import Clash, Conflict
from pipeline.store.dictionary import Publication, publish_items, published, read_items
from pipeline.store.drafts import Draft, merged, merged_items, read_draft, remedy_of, step, wrong_state
from pipeline.store.people import person


def submit(connection: sa.Connection, draft_id: int, actor: str, checked: str, via: str = "") -> Draft:
    """Ask for review. `checked` is the version that passed the checks, see `_recheck`."""
    who, draft = person(actor), read_draft(connection, draft_id)
    if draft.state != "draft":
        raise wrong_state(draft, "draft")
    _recheck(connection, draft, checked)
    step(connection, draft, "in_review", submitted_by=who, decided_by=None, remark="")
    audit.record(connection, who, "phrases.submit", str(draft_id), {"via": via, "changes": len(draft.changes)})
    return read_draft(connection, draft_id)


def approve(connection: sa.Connection, draft_id: int, actor: str, remark: str = "", via: str = "") -> Draft:
    """Agree as a second person. Raises `NotAllowed`, which goes on record, for whoever has a part in the draft."""
    who, draft = person(actor), read_draft(connection, draft_id)
    if who in draft.authors:
        raise NotAllowed(
            Text(
                "自分の書いた変更や出した変更は、自分では承認できません。ほかの方に頼んでください。",
                "Nobody approves what he wrote or submitted himself. Ask somebody else.",
            ),
            actor=who,
            action="phrases.approve",
            object=str(draft_id),
            details={"via": via, "why": "author"},
        )
    if draft.state != "in_review":
        raise wrong_state(draft, "in_review")
    step(connection, draft, "approved", decided_by=who, remark=remark)
    audit.record(connection, who, "phrases.approve", str(draft_id), {"via": via, "revision": draft.revision + 1})
    return read_draft(connection, draft_id)


def reject(connection: sa.Connection, draft_id: int, actor: str, remark: str, via: str = "") -> Draft:
    """Send back for more work; an approval given before is void. Authors may take their draft back this way, too."""
    who, draft = person(actor), read_draft(connection, draft_id)
    if draft.state not in ("in_review", "approved"):
        raise wrong_state(draft, "in_review")
    if not remark.strip():
        raise BadInput(Text("差し戻す理由を書いてください(--remark)。", "Say why (--remark)."))
    step(connection, draft, "draft", decided_by=who, remark=remark)
    audit.record(connection, who, "phrases.reject", str(draft_id), {"via": via})
    return read_draft(connection, draft_id)


def publish(connection: sa.Connection, draft_id: int, actor: str, checked: str, via: str = "") -> Publication:
    """Make an approved draft the dictionary in force. `checked` is the version that passed the checks.

    Raises `NotAllowed`, which goes on record, for a draft that nobody has approved.
    """
    who, draft = person(actor), read_draft(connection, draft_id)
    if draft.state != "approved":
        raise NotAllowed(
            Text("承認されていない変更は公開できません。", "Nothing is published that nobody has approved."),
            actor=who,
            action="phrases.publish",
            object=str(draft_id),
            details={"via": via, "state": draft.state},
            remedy=remedy_of(draft),
        )
    _recheck(connection, draft, checked)
    approved_by = draft.decided_by or ""
    details = {"draft": draft_id, "approved_by": approved_by, "from": published(connection).version, "via": via}
    items = merged_items(connection, draft)
    step(connection, draft, "published")
    return publish_items(connection, items, "draft", who, details, draft_id=draft_id, remark=draft.title)


def outdated(connection: sa.Connection, draft: Draft) -> list[Clash]:
    """Changes whose published text is no longer the one that the editing began with, and not the wanted one either."""
    in_force = read_items(connection, published(connection).version)
    return [
        Clash(change.kind, change.name, change.base, in_force.get(change.key), change.now)
        for change in draft.changes
        if in_force.get(change.key) not in (change.base, change.now)
    ]


def _recheck(connection: sa.Connection, draft: Draft, checked: str) -> None:
    """What is submitted or published is what was checked, changes something, and overwrites nobody.

    Checking takes seconds and is done before the writing transaction; here it is made sure that nothing moved since.
    """
    if not draft.changes:
        raise BadInput(Text("下書きに変更がありません。", "The draft changes nothing."))
    clashes = outdated(connection, draft)
    if clashes:
        raise Conflict(clashes)
    if merged(connection, draft).version != checked:
        raise BadInput(
            Text("確かめている間に辞書が変わりました。", "The dictionary changed while it was checked."),
            remedy=Text("もう一度実行してください。", "Run again."),
        )
