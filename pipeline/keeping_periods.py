"""Keeping periods as an administrator looks at them: class by class what is there, and what the next night removes.

The figures of the dry run are those of `pipeline.retention.keep_to_periods` at the same moment.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.progress import Progress
from pipeline.retention import Kept, keep_to_periods, limit_of, what_is_due
from pipeline.settings import Settings
from pipeline.store import retention
from pipeline.store.connect import Store
from pipeline.store.migrate import open_store

Class = Literal["audio", "words", "calls", "reports", "audit"]
COUNTED_LASTS = timedelta(hours=1)
STALE = BadInput(
    Text("数えてから時間がたったため、何も消していません。", "Nothing was removed: the count is too old."),
    remedy=Text("もう一度数えて、確かめてください。", "Count again and look at it."),
)


@dataclass(frozen=True, slots=True)
class Holding:
    """One class of what is kept. `days` 0: for ever. `limit`: what is from before then is past its period."""

    name: Class
    days: int
    setting: str
    number: int
    oldest: datetime | None
    limit: datetime | None


def holdings_now(store: Store, settings: Settings, now: datetime) -> list[Holding]:
    """Every class with its period and what there is of it."""
    periods = settings.retention
    with store.reading() as connection:
        words, calls, entries = (retention.standing(connection, name) for name in ("words", "calls", "audit"))
    copies, reports = (_files(settings.data_dir / folder) for folder in ("playback", "reports"))
    return [
        _holding("audio", "audio_days", periods.audio_days, copies, now),
        _holding("words", "transcript_days", periods.transcript_days, words, now),
        _holding("calls", "score_days", periods.score_days, calls, now),
        _holding("reports", "score_days", periods.score_days, reports, now),
        _holding("audit", "audit_days", periods.audit_days, entries, now),
    ]


def count_due(store: Store, settings: Settings, now: datetime) -> dict[Class | Literal["held"], int]:
    """The dry run: how many of each class would go now, and how many calls stay because of a hold."""
    due = what_is_due(store, settings, now).numbers()
    return {
        "audio": due.copies,
        "words": due.recordings,
        "calls": due.calls,
        "reports": due.reports,
        "audit": due.audit,
        "held": due.held,
    }


def remove_counted(settings: Settings, progress: Progress, actor: str, counted_at: datetime) -> Kept:
    """Remove what was past its period when it was counted, and nothing younger. Raises `BadInput` for an old count."""
    if not timedelta() <= datetime.now(UTC) - counted_at <= COUNTED_LASTS:
        raise STALE
    with open_store(settings.store_url) as store:
        return keep_to_periods(store, settings, actor, counted_at, stop=lambda: False, progress=progress)


def _holding(name: Class, setting: str, days: int, there: tuple[int, datetime | None], now: datetime) -> Holding:
    return Holding(name, days, setting, *there, limit_of(days, now) if days else None)


def _files(folder: Path) -> tuple[int, datetime | None]:
    times = [path.stat().st_mtime for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    return len(times), datetime.fromtimestamp(min(times), UTC) if times else None
