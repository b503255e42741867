"""Keeping periods: what is older than the settings allow goes, at the end of every night or by command.

Calls under legal hold stay whole. A period counts from the begin of the call; audio copies count from when they were
made, entries of the audit log from when they were written.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.language import Text
from pipeline.places import sweep
from pipeline.reports.erased import remove_reports
from pipeline.settings import RetentionSettings, Settings
from pipeline.store import audit, audit_period, erasure, holds, retention
from pipeline.store.batches import batches
from pipeline.store.connect import Connection, Store

LEAP = timedelta(days=7)  # as far as the clock may have gone on since the night before without being doubted


@dataclass(frozen=True, slots=True)
class Kept:
    """What went, or would go: `calls` whole, `recordings` only their words, `copies` and `reports` as files, `audit`
    entries. `held`: calls that stay because of a hold."""

    calls: int = 0
    recordings: int = 0
    copies: int = 0
    reports: int = 0
    audit: int = 0
    held: int = 0

    def to_json(self) -> dict[str, int]:
        """Plain values."""
        return asdict(self)

    def as_text(self) -> Text:
        """For people."""
        return Text(
            f"保存期間を過ぎたもの: 通話 {self.calls} 件、書き起こし {self.recordings} 件、写し {self.copies} 個、"
            f"レポートのファイル {self.reports} 個、操作の記録 {self.audit} 行(保全のため残した通話 {self.held} 件)",
            f"Past their keeping period: {self.calls} call(s), words of {self.recordings} recording(s), {self.copies}"
            f" audio copies, {self.reports} report file(s), {self.audit} audit entries ({self.held} call(s) on hold)",
        )


def keep_to_periods(
    store: Store, settings: Settings, actor: str, now: datetime, *, dry_run: bool = False, stop: Callable[[], bool]
) -> Kept:
    """Delete what is past its period, in portions, so that others may write in between; what went.

    Cut off at any point it is gone on with the next time.
    """
    periods = settings.retention
    with store.reading() as connection:
        whole, held_whole = _past(connection, periods.score_days, now)
        words, held_words = _past(connection, periods.transcript_days, now)
        keys = retention.with_words(connection, sorted(set(words) - set(whole)))
        entries = audit_period.written_before(connection, _limit(periods.audit_days, now))
    held = len(set(held_whole) | set(held_words))
    files = _old_files(settings, periods, now)
    if dry_run:
        return Kept(len(whole), len(keys), len(files["playback"]), len(files["reports"]), entries, held)
    gone = _delete_calls(store, whole, actor, stop)
    wordless = _delete_words(store, keys, actor, stop)
    for path in files["playback"]:
        path.unlink(missing_ok=True)
    reports = remove_reports(settings.data_dir / "reports", _limit(periods.score_days, now)) if files["reports"] else 0
    entries = _cut_audit(store, periods, actor, now) if entries else 0
    swept = sweep(store, settings)
    return Kept(gone, wordless, len(files["playback"]) + swept.files.get("playback", 0), reports, entries, held)


def trusted_now(now: datetime, night_before: datetime | None) -> datetime:
    """The clock, unless it has leapt since the night before: then a little after that night, so that a wrong clock
    does not delete what is to be kept."""
    return now if night_before is None else min(now, night_before + LEAP)


def _limit(days: int, now: datetime) -> datetime:
    """What is older than this is past a period of so many days; a period of 0 days has no end."""
    return now - timedelta(days=days) if days else datetime.min.replace(tzinfo=UTC)


def _past(connection: Connection, days: int, now: datetime) -> tuple[list[str], list[str]]:
    """The calls that are past their period, and those of them that a hold keeps."""
    if not days:
        return [], []
    old = retention.begun_before(connection, _limit(days, now))
    held = holds.held(connection, old)
    return [call_id for call_id in old if call_id not in held], sorted(held)


def _delete_calls(store: Store, call_ids: Sequence[str], actor: str, stop: Callable[[], bool]) -> int:
    gone = 0
    for some in batches(call_ids):
        if stop():
            break
        with store.writing() as connection:
            held = holds.held(connection, some)  # asked again: a hold may have been placed meanwhile
            scope = erasure.scope_of(connection, call_ids=[call_id for call_id in some if call_id not in held])
            erasure.erase(connection, scope, "period")
            audit.record(connection, actor, "retention.calls", "calls", {"calls": len(scope.call_ids)})
        gone += len(scope.call_ids)
    return gone


def _delete_words(store: Store, keys: Sequence[int], actor: str, stop: Callable[[], bool]) -> int:
    gone = 0
    for some in batches(keys):
        if stop():
            break
        with store.writing() as connection:
            free = retention.not_held(connection, some)
            erasure.delete_words(connection, free)
            audit.record(connection, actor, "retention.words", "recordings", {"recordings": len(free)})
        gone += len(free)
    return gone


def _old_files(settings: Settings, periods: RetentionSettings, now: datetime) -> dict[str, list[Path]]:
    """Audio copies, and reports that list calls past the period of their numbers."""
    return {
        name: _older(settings.data_dir / name, _limit(days, now)) if days else []
        for name, days in (("playback", periods.audio_days), ("reports", periods.score_days))
    }


def _older(folder: Path, limit: datetime) -> list[Path]:
    found = folder.rglob("*") if folder.is_dir() else ()
    return [path for path in found if path.is_file() and path.stat().st_mtime < limit.timestamp()]


def _cut_audit(store: Store, periods: RetentionSettings, actor: str, now: datetime) -> int:
    with store.writing() as connection:
        return audit_period.cut(connection, _limit(periods.audit_days, now), actor)
