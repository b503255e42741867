"""`kouken status`: how the last night went, and what is held back."""

import json
from typing import Any

import click

from pipeline.commands.options import Context, common_options, json_option
from pipeline.errors import REASON_TEXTS, KoukenError
from pipeline.language import Text, in_language


@common_options(Text("最後の夜間バッチと、隔離された録音を示します。", "Show the last night and what is held back."))
@json_option()
def status(context: Context, as_json: bool) -> None:
    """Print the four numbers and every recording that is held back, with what to do."""
    facts = last_night(context.settings.store_url)
    if facts is None:
        raise KoukenError(
            Text("夜間バッチはまだ一度も動いていません。", "No night has run yet."),
            remedy=Text("kouken nightly --archive … を実行してください。", "Run kouken nightly --archive …."),
        )
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    files = facts["files"]
    head = Text(
        f"第{facts['run_id']}夜 {facts['state']} 録音 {files['found']} = 済み {files['done']} + 待ち {files['waiting']}"
        f" + 隔離 {files['quarantined']} + 対象外 {files['skipped']}",
        f"Night {facts['run_id']} {facts['state']}: {files['found']} recordings = {files['done']} done"
        f" + {files['waiting']} waiting + {files['quarantined']} quarantined + {files['skipped']} skipped",
    )
    click.echo(in_language(head, context.language))
    for item in facts["held_back"]:
        text = in_language(REASON_TEXTS[item["reason"]], context.language)
        click.echo(f"  {item['relative']} {item['reason']} {item['detail']}: {text}")


command = status


def last_night(store_url: str) -> dict[str, Any] | None:
    """The last run with its files by state; None before the first."""
    from pipeline.store.migrate import open_store
    from pipeline.store.recordings import file_states
    from pipeline.store.runs import last_run

    store = open_store(store_url)
    try:
        with store.reading() as connection:
            run = last_run(connection)
            if run is None:
                return None
            files = file_states(connection, run.run_id, run.versions["speech"])
    finally:
        store.close()
    counts = {
        state: sum(file.state == state for file in files) for state in ("done", "waiting", "quarantined", "skipped")
    }
    held_back = [
        {"relative": file.relative, "call_id": file.call_id, "reason": file.reason, "detail": file.detail}
        for file in files
        if file.state == "quarantined"
    ]
    return {
        "run_id": run.run_id,
        "state": run.state,
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "versions": run.versions,
        "files": {"found": len(files), **counts},
        "held_back": held_back,
    }
