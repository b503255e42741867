"""What the last night did, in the text form that Prometheus' node exporter reads from a folder."""

import os
from pathlib import Path

from pipeline.nights.watch import STATES, Standing

HELP = {
    "kouken_night_run": "Number of the last night",
    "kouken_night_state": "1 for the state the last night is in",
    "kouken_night_started_timestamp_seconds": "When the last night began",
    "kouken_night_finished_timestamp_seconds": "When the last night ended, 0 while it runs",
    "kouken_night_files": "Files of the last night by what became of them",
    "kouken_night_backlog": "Recordings that wait",
}


def write_metrics(standing: Standing, path: Path) -> None:
    """Write the file whole or not at all: the exporter may read it at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(as_text(standing), encoding="ascii")
    temporary.replace(path)


def as_text(standing: Standing) -> str:
    """The metrics; names and numbers only."""
    run = standing.run
    finished = run.finished_at.timestamp() if run.finished_at else 0
    samples: dict[str, dict[str, float]] = {
        "kouken_night_run": {"": run.run_id},
        "kouken_night_state": {
            f'{{state="{s}"}}': int(s == run.state) for s in ("running", "done", "stopped", "failed")
        },
        "kouken_night_started_timestamp_seconds": {"": run.started_at.timestamp()},
        "kouken_night_finished_timestamp_seconds": {"": finished},
        "kouken_night_files": {f'{{state="{state}"}}': standing.files[state] for state in STATES},
        "kouken_night_backlog": {"": standing.backlog},
    }
    lines = []
    for name, values in samples.items():
        lines += [f"# HELP {name} {HELP[name]}", f"# TYPE {name} gauge"]
        lines += [f"{name}{label} {value}" for label, value in values.items()]
    return "\n".join(lines) + "\n"
