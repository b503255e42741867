"""Whether the night is well, for people and for monitoring: backlog, expected end, and what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.language import Text
from pipeline.settings import AlertSettings
from pipeline.store import ledger, recordings, runs
from pipeline.store.connect import Connection
from pipeline.store.runs import Run

STATES = ("done", "waiting", "quarantined", "skipped")
LAST_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """The last night. `backlog`: recordings not done; `per_hour` is what the last hour did of them."""

    run: Run
    files: Mapping[str, int]
    held_back: tuple[recordings.FileState, ...]
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
                {"relative": file.relative, "call_id": file.call_id, "reason": file.reason, "detail": file.detail}
                for file in self.held_back
            ],
        }


def standing(connection: Connection) -> Standing | None:
    """The last night as the store knows it; None before the first."""
    run = runs.last_run(connection)
    if run is None:
        return None
    version = run.versions["speech"]
    counts = recordings.state_counts(connection, run.run_id, version)
    return Standing(
        run,
        {"found": sum(counts.values()), **{state: counts[state] for state in STATES}},
        tuple(recordings.file_states(connection, run.run_id, version, state="quarantined")),
        counts["waiting"],
        ledger.settled_since(connection, "transcribe", datetime.now(UTC) - LAST_HOUR),
    )


def problems(last: Run | None, now: datetime, limits: AlertSettings) -> list[Text]:
    """What a person should be woken for: a night that failed, takes too long, stopped early or did not begin."""
    if last is None:
        return [Text("夜間バッチはまだ一度も動いていません。", "No night has run yet.")]
    found = []
    age_h = (now - last.started_at) / timedelta(hours=1)
    name = f"{last.run_id}"
    if last.state == "failed":
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
