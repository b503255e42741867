"""What became of single items over the publications, and which of them are being changed now."""

from collections import defaultdict

import sqlalchemy as sa

from pipeline.store.dictionary import Key, Publication, list_publications
from pipeline.store.drafts import Draft, list_drafts, read_draft
from pipeline.store.schema import dictionary_members, publications, reports, review_draws, reviews


def last_changes(connection: sa.Connection) -> dict[Key, Publication]:
    """For each item the publication that gave it the text it had last; a rollback that changed it counts, too."""
    query = sa.select(dictionary_members.c.version, dictionary_members.c.kind, dictionary_members.c.name,
                      dictionary_members.c.text_hash)  # fmt: skip
    texts: dict[str, dict[Key, str]] = defaultdict(dict)
    for version, kind, name, text_hash in connection.execute(query):
        texts[version][kind, name] = text_hash
    changed: dict[Key, Publication] = {}
    before: dict[Key, str] = {}
    for publication in reversed(list_publications(connection)):
        now = texts[publication.version]
        changed |= {key: publication for key, text in now.items() if before.get(key) != text}
        before = now
    return changed


def open_drafts(connection: sa.Connection) -> list[Draft]:
    """Every draft under way with its changes, the newest first."""
    return [read_draft(connection, draft.draft_id) for draft in list_drafts(connection)]


def state_of_store(connection: sa.Connection) -> tuple[int, ...]:
    """Numbers that grow with every report, review, withdrawal, drawing and publication: while they stay, so do the
    figures. The report's comes first, the publication's last."""
    latest = sa.func.max
    growing = (
        latest(reports.c.report_id),
        latest(reviews.c.review_id),
        sa.func.count(reviews.c.withdrawn_at),
        latest(review_draws.c.draw_id),
        latest(publications.c.number),
    )
    return tuple(connection.execute(sa.select(number)).scalar_one() or 0 for number in growing)
