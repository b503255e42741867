"""Whether the night is well, for people and for monitoring: backlog, expected end, and what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.language import Text
from pipeline.nights.lock import is_locked
from pipeline.settings import AlertSettings, Settings
from pipeline.store import ledger, recordings, runs
from pipeline.store.connect import Store
from pipeline.store.runs import Run

STATES = ("done", "waiting", "quarantined", "skipped")
LAST_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """The last night. `backlog`: recordings not done; `per_hour` is what the last hour did of them.

    `unread`: how many names the source preset could not read, and one of them.
    """

    run: Run
    files: Mapping[str, int]
    held_back: tuple[recordings.FileState, ...]
    unread: tuple[int, str]
    backlog: int
    per_hour: int

    @property
    def expected_end(self) -> datetime | None:
        """When the backlog is through at the pace of the last hour; None where nothing runs or nothing is known."""
        if self.run.state != "running" or not self.per_hour:
            return None
        return datetime.now(UTC) + timedelta(hours=self.backlog / self.per_hour)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        run, end = self.run, self.expected_end
        return {
            "run_id": run.run_id,
            "state": run.state,
            "owner": run.owner,
            "started_at": run.started_at.isoformat(),
            "finished_at": run.finished_at.isoformat() if run.finished_at else None,
            "versions": run.versions,
            "files": dict(self.files),
            "backlog": self.backlog,
            "per_hour": self.per_hour,
            "expected_end": end.isoformat(timespec="seconds") if end else None,
            "held_back": [
                {
                    "relative": file.relative,
                    "logged_as": ledger.log_name(file.recording_id),
                    "call_id": file.call_id,
                    "reason": file.reason,
                    "detail": file.detail,
                }
                for file in self.held_back
            ],
        }


def standing(store: Store, settings: Settings) -> Standing | None:
    """The last night as the store knows it; None before the first.

    One whose process went without a word has failed, as the next night will enter it; `finished_at` is not known.
    """
    run = last_night(store, settings)
    if run is None:
        return None
    version = run.versions["speech"]
    with store.reading() as connection:
        counts = recordings.state_counts(connection, run.run_id, version)
        return Standing(
            run,
            {"found": sum(counts.values()), **{state: counts[state] for state in STATES}},
            tuple(recordings.file_states(connection, run.run_id, version, state="quarantined")),
            recordings.unread_names(connection, run.run_id),
            counts["waiting"],
            ledger.settled_since(connection, "transcribe", datetime.now(UTC) - LAST_HOUR),
        )


def last_night(store: Store, settings: Settings) -> Run | None:
    """Read twice: a night lets go of its lock after it has entered how it ended."""
    run = _last_run(store)
    if run is None or run.state != "running":
        return run
    if is_locked(settings) if store.is_sqlite else store.is_held(run.run_id):
        return run
    again = _last_run(store)
    return replace(run, state="failed") if again is not None and _same(again, run) else again


def _last_run(store: Store) -> Run | None:
    with store.reading() as connection:
        return runs.last_run(connection)


def _same(again: Run, run: Run) -> bool:
    return (again.run_id, again.state) == (run.run_id, run.state)


def problems(last: Run | None, now: datetime, limits: AlertSettings) -> list[Text]:
    """What a person should be woken for: a night that failed, takes too long, stopped early or did not begin."""
    if last is None:
        return [Text("夜間バッチはまだ一度も動いていません。", "No night has run yet.")]
    found = []
    age_h = (now - last.started_at) / timedelta(hours=1)
    name = f"{last.run_id}"
    if last.state == "failed" and last.finished_at is None:
        found.append(
            Text(
                f"第{name}夜は途中で消えました(強制終了や停電など)。終わった分は残っていて、次の夜が続きから進みます。",
                f"Night {name} vanished (killed, or the machine went down). What was finished is kept; "
                "the next night goes on from there.",
            )
        )
    elif last.state == "failed":
        found.append(Text(f"第{name}夜は失敗しました。", f"Night {name} failed."))
    if last.state == "running" and age_h > limits.longest_hours:
        found.append(
            Text(
                f"第{name}夜が {age_h:.1f} 時間たっても終わりません(上限 {limits.longest_hours:g} 時間)。",
                f"Night {name} has been running for {age_h:.1f} hours (limit {limits.longest_hours:g}).",
            )
        )
    if last.state != "running" and age_h > limits.every_hours:
        found.append(
            Text(
                f"最後の夜から {age_h:.1f} 時間、次の夜が始まっていません(上限 {limits.every_hours:g} 時間)。",
                f"No night has begun for {age_h:.1f} hours (limit {limits.every_hours:g}).",
            )
        )
    return found
