"""Scorecard forms in versions that never change, and calibration sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from pipeline.errors import BadInput
from pipeline.evaluations.scorecard_questions import Question, check_questions, questions_from_json, questions_to_json
from pipeline.language import Text
from pipeline.store import audit
from pipeline.store.people import person
from pipeline.store.schema import calibration_sessions, scorecard_versions

LONGEST_TITLE = 100


@dataclass(frozen=True, slots=True)
class FormVersion:
    """One version of a form."""

    version_id: int
    form_id: int
    number: int
    title: str
    questions: tuple[Question, ...]
    is_retired: bool
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """Several people evaluate one call by one form; answers are shown to all when it is closed."""

    session_id: int
    version_id: int
    transcript_id: int
    call_id: str
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None


def save_form(
    connection: sa.Connection,
    actor: str,
    title: str,
    questions: Sequence[Question],
    *,
    form_id: int | None = None,
    is_retired: bool = False,
) -> FormVersion:
    """A new form, or the next version of one. Raises `BadInput` for what cannot be asked, and for an unknown form."""
    who, known = person(actor), " ".join(title.split())
    if not 0 < len(known) <= LONGEST_TITLE:
        raise BadInput(
            Text(f"評価シートの名前を {LONGEST_TITLE} 文字までで付けてください。", "Give the scorecard a name.")
        )
    check_questions(questions)
    number = 1
    if form_id is not None:
        number = form_versions(connection, form_id)[0].number + 1
    row = {
        "form_id": form_id or 0,
        "number": number,
        "title": known,
        "questions": questions_to_json(questions),
        "is_retired": is_retired,
        "made_by": who,
        "made_at": datetime.now(UTC),
    }
    key = connection.execute(sa.insert(scorecard_versions).values(row)).inserted_primary_key
    assert key is not None
    version_id = int(key[0])
    if form_id is None:
        own = scorecard_versions.c.version_id == version_id
        connection.execute(sa.update(scorecard_versions).where(own).values(form_id=version_id))
    told: dict[str, audit.Detail] = {"version": number, "questions": len(questions), "retired": is_retired}
    audit.record(connection, who, "scorecards.form", str(form_id or version_id), told)
    return read_version(connection, version_id)


def read_version(connection: sa.Connection, version_id: int) -> FormVersion:
    """One version. Raises `BadInput` where there is none."""
    query = sa.select(scorecard_versions).where(scorecard_versions.c.version_id == version_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise no_form()
    return _version(row)


def form_versions(connection: sa.Connection, form_id: int) -> list[FormVersion]:
    """Every version of a form, the newest first. Raises `BadInput` where there is none."""
    query = sa.select(scorecard_versions).where(scorecard_versions.c.form_id == form_id)
    found = [_version(row) for row in connection.execute(query.order_by(scorecard_versions.c.number.desc()))]
    if not found:
        raise no_form()
    return found


def current_forms(connection: sa.Connection) -> list[FormVersion]:
    """The newest version of each form, by title; retired ones last."""
    newest = sa.select(sa.func.max(scorecard_versions.c.version_id)).group_by(scorecard_versions.c.form_id)
    query = sa.select(scorecard_versions).where(scorecard_versions.c.version_id.in_(newest))
    found = [_version(row) for row in connection.execute(query)]
    return sorted(found, key=lambda version: (version.is_retired, version.title, version.form_id))


def open_session(connection: sa.Connection, actor: str, version_id: int, transcript_id: int, call_id: str) -> int:
    """Begin a calibration; its number."""
    who = person(actor)
    row = {
        "version_id": version_id,
        "transcript_id": transcript_id,
        "call_id": call_id,
        "opened_by": who,
        "opened_at": datetime.now(UTC),
    }
    key = connection.execute(sa.insert(calibration_sessions).values(row)).inserted_primary_key
    assert key is not None
    audit.record(
        connection, who, "calibrations.open", str(key[0]), {"transcript": transcript_id, "version": version_id}
    )
    return int(key[0])


def close_session(connection: sa.Connection, actor: str, session_id: int) -> None:
    """End a calibration: everybody's answers are shown from now on. Raises `BadInput` if it is closed already."""
    who = person(actor)
    is_open = (calibration_sessions.c.session_id == session_id) & calibration_sessions.c.closed_at.is_(None)
    if (
        connection.execute(sa.update(calibration_sessions).where(is_open).values(closed_at=datetime.now(UTC))).rowcount
        != 1
    ):
        raise BadInput(Text("開いている校正ではありません。", "This calibration is not open."))
    audit.record(connection, who, "calibrations.close", str(session_id))


def read_session(connection: sa.Connection, session_id: int) -> Session:
    """One calibration. Raises `BadInput` where there is none."""
    query = sa.select(calibration_sessions).where(calibration_sessions.c.session_id == session_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise BadInput(Text("この校正はありません。", "There is no such calibration."))
    return Session(**row._mapping)


def list_sessions(connection: sa.Connection, limit: int = 100) -> list[Session]:
    """The newest calibrations."""
    query = sa.select(calibration_sessions).order_by(calibration_sessions.c.session_id.desc()).limit(limit)
    return [Session(**row._mapping) for row in connection.execute(query)]


def no_form() -> BadInput:
    """There is no such form."""
    return BadInput(Text("この評価シートはありません。", "There is no such scorecard."))


def _version(row: sa.Row[Any]) -> FormVersion:
    values = dict(row._mapping)
    return FormVersion(**values | {"questions": questions_from_json(values["questions"])})
