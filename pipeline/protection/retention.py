"""Keeping periods: what is past them goes, at the end of every night or by command.

A period is the one that an administrator set in the pages, else that of the settings file.

Calls under legal hold stay whole. A period counts from the begin of the call; audio copies count from when they were
made, entries of the audit log from when they were written.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.folders import files_until
from pipeline.language import Text
from pipeline.progress import Progress, Silent
from pipeline.protection.places import sweep
from pipeline.reports.erased import remove_reports
from pipeline.settings import RetentionSettings, Settings
from pipeline.store import audit, audit_period, erasure, holds, periods, retention
from pipeline.store.batches import batches
from pipeline.store.connect import Connection, Store

CALLS = Text("期間を過ぎた通話を消しています", "Deleting calls past their period")
WORDS = Text("期間を過ぎた書き起こしを消しています", "Deleting words past their period")
FILES = Text("写しと書き出したファイルを確かめています", "Looking through copies and exported files")
SILENT = Silent()
LEAP = timedelta(days=7)  # as far as the clock may have gone on since the night before without being doubted


@dataclass(frozen=True, slots=True)
class Kept:
    """What went, or would go: `calls` whole, `recordings` only their words, `copies` and `reports` as files, `audit`
    entries. `held`: calls that stay because of a hold. `audit_left`: entries that only the owner of PostgreSQL's tables
    may delete, which this role is not. `register_unwritten`: the register of erasures, where it could
    not be written."""

    calls: int = 0
    recordings: int = 0
    copies: int = 0
    reports: int = 0
    audit: int = 0
    held: int = 0
    audit_left: int = 0
    register_unwritten: str = ""

    def to_json(self) -> dict[str, int | str]:
        """Plain values."""
        return asdict(self)

    def as_text(self) -> Text:
        """For people."""
        left = unwritten = Text("", "")
        if self.audit_left:
            left = Text(
                f"。操作の記録 {self.audit_left} 行は、表の持ち主の URL での kouken retention だけが消せます",
                f". {self.audit_left} audit entries go only by kouken retention with the URL of the tables' owner",
            )
        if path := self.register_unwritten:
            unwritten = Text(
                f"。消去の記録簿に書けませんでした: {path}", f". The register of erasures was not written: {path}"
            )
        return Text(
            f"保存期間を過ぎたもの: 通話 {self.calls} 件、書き起こし {self.recordings} 件、写し {self.copies} 個、"
            f"レポートのファイル {self.reports} 個、操作の記録 {self.audit} 行(保全のため残した通話 {self.held} 件)"
            + left.ja
            + unwritten.ja,
            f"Past their keeping period: {self.calls} call(s), words of {self.recordings} recording(s), {self.copies}"
            f" audio copies, {self.reports} report file(s), {self.audit} audit entries ({self.held} call(s) on hold)"
            + left.en
            + unwritten.en,
        )


@dataclass(frozen=True, slots=True)
class Due:
    """What is past its period at a moment: calls to go whole, recordings whose words go, files, the number of audit
    entries; the calls that stay because of a hold; and the entries that this role of the database may not delete."""

    calls: Sequence[str]
    recordings: Sequence[int]
    copies: Sequence[Path]
    reports: Sequence[Path]
    audit: int
    held: Collection[str]
    audit_left: int

    def numbers(self) -> Kept:
        """How many of each."""
        return Kept(
            len(self.calls),
            len(self.recordings),
            len(self.copies),
            len(self.reports),
            self.audit,
            len(self.held),
            self.audit_left,
        )


def what_is_due(store: Store, settings: Settings, now: datetime, kept: RetentionSettings) -> Due:
    """What would be deleted if these periods were in force, with nothing changed."""
    with store.reading() as connection:
        whole, held_whole = _past(connection, kept.score_days, now)
        words, held_words = _past(connection, kept.transcript_days, now)
        keys = retention.with_words(connection, sorted(set(words) - set(whole)))
        entries = audit_period.written_before(connection, limit_of(kept.audit_days, now))
        cut, left = (entries, 0) if audit_period.may_cut(connection) else (0, entries)
    files = {
        name: files_until(settings.data_dir / name, limit_of(days, now)) if days else []
        for name, days in (("playback", kept.audio_days), ("reports", kept.score_days))
    }  # audio copies, and reports that list calls past the period of their numbers
    return Due(whole, keys, files["playback"], files["reports"], cut, {*held_whole, *held_words}, left)


def keep_to_periods(
    store: Store,
    settings: Settings,
    actor: str,
    now: datetime,
    *,
    dry_run: bool = False,
    stop: Callable[[], bool],
    progress: Progress = SILENT,
) -> Kept:
    """Delete what is past its period, in portions, so that others may write in between; what went.

    Cut off at any point it is gone on with the next time.
    """
    with store.reading() as connection:
        kept = periods.in_force(connection, settings.retention)
    due = what_is_due(store, settings, now, kept)
    if dry_run:
        return due.numbers()
    progress.stage(CALLS, len(due.calls))
    gone = _delete_calls(store, due.calls, actor, stop, progress)
    progress.stage(WORDS, len(due.recordings))
    wordless = _delete_words(store, due.recordings, actor, stop, progress)
    progress.stage(FILES, 0)
    removed = _delete_files(store, settings, due, actor, limit_of(kept.score_days, now))
    entries = _cut_audit(store, limit_of(kept.audit_days, now), actor) if due.audit else 0
    swept = sweep(store, settings)
    copies = len(due.copies) + swept.files.get("playback", 0)
    return Kept(gone, wordless, copies, removed, entries, len(due.held), due.audit_left, swept.unwritten)


def trusted_now(now: datetime, night_before: datetime | None) -> datetime:
    """The clock, unless it has leapt since the night before: then a little after that night, so that a wrong clock
    does not delete what is to be kept."""
    return now if night_before is None else min(now, night_before + LEAP)


def limit_of(days: int, now: datetime) -> datetime:
    """What is older than this is past a period of so many days; a period of 0 days has no end."""
    return now - timedelta(days=days) if days else datetime.min.replace(tzinfo=UTC)


def _past(connection: Connection, days: int, now: datetime) -> tuple[list[str], list[str]]:
    """The calls that are past their period, and those of them that a hold keeps."""
    if not days:
        return [], []
    old = retention.begun_before(connection, limit_of(days, now))
    held = holds.held(connection, old)
    return [call_id for call_id in old if call_id not in held], sorted(held)


def _delete_calls(
    store: Store, call_ids: Sequence[str], actor: str, stop: Callable[[], bool], progress: Progress
) -> int:
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
        for call_id in some:
            progress.step(call_id)
    return gone


def _delete_words(store: Store, keys: Sequence[int], actor: str, stop: Callable[[], bool], progress: Progress) -> int:
    gone = 0
    for some in batches(keys):
        if stop():
            break
        with store.writing() as connection:
            free = retention.not_held(connection, some)
            erasure.delete_words(connection, free)
            audit.record(connection, actor, "retention.words", "recordings", {"recordings": len(free)})
        gone += len(free)
        for key in some:
            progress.step(str(key))
    return gone


def _delete_files(store: Store, settings: Settings, due: Due, actor: str, limit: datetime) -> int:
    """Audio copies, and reports from before `limit`; how many reports went."""
    for path in due.copies:
        path.unlink(missing_ok=True)
    reports = remove_reports(settings.data_dir / "reports", limit) if due.reports else 0
    if due.copies or reports:
        with store.writing() as connection:
            counts: dict[str, audit.Detail] = {"playback": len(due.copies), "reports": reports}
            audit.record(connection, actor, "retention.files", "files", counts)
    return reports


def _cut_audit(store: Store, limit: datetime, actor: str) -> int:
    with store.writing() as connection:
        return audit_period.cut(connection, limit, actor)
