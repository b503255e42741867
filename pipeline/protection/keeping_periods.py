"""Keeping periods as an administrator looks at them: class by class what is there, and what the next night removes.

The figures of the dry run are those of `pipeline.protection.retention.keep_to_periods` at the same moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from pipeline.errors import BadInput
from pipeline.folders import files_below
from pipeline.language import Text
from pipeline.progress import Progress
from pipeline.protection.retention import Kept, keep_to_periods, limit_of, what_is_due
from pipeline.settings import RetentionSettings, Settings
from pipeline.store import periods, retention
from pipeline.store.connect import Store
from pipeline.store.migrate import open_store

Class = Literal["audio", "words", "calls", "reports", "audit"]
COUNTED_LASTS = timedelta(hours=1)
STALE = BadInput(
    Text("数えてから時間がたったため、何も消していません。", "Nothing was removed: the count is too old."),
    remedy=Text("もう一度数えて、確かめてください。", "Count again and look at it."),
)
CHANGED = BadInput(
    Text("数えてから保存期間が変わったため、何も消していません。", "Nothing was removed: the periods have changed."),
    remedy=STALE.remedy,
)
OTHERS = BadInput(
    Text("ほかの方が先に保存期間を変えました。何も変えていません。", "Somebody else changed the periods before you."),
    remedy=Text("いまの期間を見て、もう一度数えてください。", "Look at the periods in force and count again."),
)


@dataclass(frozen=True, slots=True)
class Holding:
    """One class of what is kept. `days` 0: for ever. `limit`: what is from before then is past its period.

    `file_days`: what the settings file says; `chosen`: who set another in the pages, and when.
    """

    name: Class
    days: int
    setting: str
    file_days: int
    chosen: periods.Chosen | None
    number: int
    oldest: datetime | None
    limit: datetime | None


def holdings_now(store: Store, settings: Settings, now: datetime) -> list[Holding]:
    """Every class with its period and what there is of it."""
    with store.reading() as connection:
        chosen = periods.chosen(connection)
        words, calls, entries = (retention.standing(connection, name) for name in ("words", "calls", "audit"))
    copies, reports = (_files(settings.data_dir / folder) for folder in ("playback", "reports"))

    def holding(name: Class, setting: str, there: tuple[int, datetime | None]) -> Holding:
        of_file, one = getattr(settings.retention, setting), chosen.get(setting)
        days = of_file if one is None else one.days
        return Holding(name, days, setting, of_file, one, *there, limit_of(days, now) if days else None)

    return [
        holding("audio", "audio_days", copies),
        holding("words", "transcript_days", words),
        holding("calls", "score_days", calls),
        holding("reports", "score_days", reports),
        holding("audit", "audit_days", entries),
    ]


def in_force(store: Store, settings: Settings) -> RetentionSettings:
    """What is kept to just now."""
    with store.reading() as connection:
        return periods.in_force(connection, settings.retention)


def fingerprint(kept: RetentionSettings) -> str:
    """Periods as a short text, by which a later request tells that it means the same."""
    return "-".join(str(getattr(kept, name)) for name in periods.NAMES)


def count_due(
    store: Store, settings: Settings, now: datetime, kept: RetentionSettings
) -> dict[Class | Literal["held"], int]:
    """The dry run: how many of each class would go now under these periods, and how many calls a hold keeps."""
    due = what_is_due(store, settings, now, kept).numbers()
    return {
        "audio": due.copies,
        "words": due.recordings,
        "calls": due.calls,
        "reports": due.reports,
        "audit": due.audit,
        "held": due.held,
    }


def set_periods(store: Store, settings: Settings, days: Mapping[str, int | None], actor: str, seen: str) -> None:
    """From now on; `seen`: the fingerprint of the periods that were in force when it was decided.

    Nothing is removed by this: the next night does, or somebody who counts first. Raises `BadInput`.
    """
    with store.writing() as connection:
        if fingerprint(periods.in_force(connection, settings.retention)) != seen:
            raise OTHERS
        periods.choose(connection, settings.retention, days, actor)


def remove_counted(settings: Settings, progress: Progress, actor: str, counted_at: datetime, seen: str) -> Kept:
    """Remove what was past its period when it was counted, and nothing younger.

    Raises `BadInput` for an old count, and where other periods are in force now.
    """
    if not timedelta() <= datetime.now(UTC) - counted_at <= COUNTED_LASTS:
        raise STALE
    with open_store(settings.store_url) as store:
        if fingerprint(in_force(store, settings)) != seen:
            raise CHANGED
        return keep_to_periods(store, settings, actor, counted_at, stop=lambda: False, progress=progress)


def _files(folder: Path) -> tuple[int, datetime | None]:
    times = [changed for _, changed in files_below(folder)]
    return len(times), datetime.fromtimestamp(min(times), UTC) if times else None
