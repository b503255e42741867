"""`kouken status`: how the last night went, what is held back, what is left; for monitoring with `--check`."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.errors import REASON_TEXTS, ExitCode, KoukenError
from pipeline.language import Text, in_language

if TYPE_CHECKING:
    from pipeline.nights.watch import Standing


@common_options(
    Text(
        "最後の夜間バッチ、残り、終わりの見込み、隔離された録音を示します。",
        "Show the last night, what is left, when it should end, and what is held back.",
    )
)
@option(
    "--check", is_flag=True, help=Text("監視用:異常があれば終了コード 1", "for monitoring: exit code 1 if not well")
)
@option("--notify", is_flag=True, help=Text("異常を [alerts] の宛先に知らせる", "send what is wrong as [alerts] says"))
@json_option()
def status(context: Context, check: bool, notify: bool, as_json: bool) -> int:
    """Print the four numbers and every recording that is held back, with what to do; and what waits to be forwarded."""
    from pipeline.messages.alerts import send
    from pipeline.messages.forwarding import backlog
    from pipeline.nights.watch import problems, standing
    from pipeline.store.migrate import open_store

    with open_store(context.settings.store_url) as store:
        last = standing(store, context.settings)
        with store.reading() as connection:
            behind = backlog(connection, context.settings.log)
    now = datetime.now(UTC)
    wrong = problems(last.run if last else None, now, context.settings.alerts)
    if behind is not None and behind.is_late(now):
        wrong.append(behind.as_text())
    if last is None and not check:
        raise KoukenError(
            wrong[0], remedy=Text("kouken nightly --archive … を実行してください。", "Run kouken nightly.")
        )
    if as_json:
        facts = last.to_json() if last else {}
        if behind is not None:
            facts["forwarding"] = behind.to_json()
        said = [{"ja": text.ja, "en": text.en} for text in wrong]
        click.echo(json.dumps({**facts, "problems": said}, ensure_ascii=False))
    else:
        if last is not None and not check:
            _show(last, context)
            if behind is not None and not behind.is_late(now):
                click.echo(in_language(behind.as_text(), context.language))
        for text in wrong:
            context.say(text)
    if notify:
        send(wrong, context.settings.alerts, context.settings.mail)
    return ExitCode.FAILED if check and wrong else ExitCode.DONE


def _show(last: "Standing", context: Context) -> None:
    from pipeline.store.ledger import log_name

    run, files = last.run, last.files
    head = Text(
        f"第{run.run_id}夜 {run.state} 録音 {files['found']} = 済み {files['done']} + 待ち {files['waiting']}"
        f" + 隔離 {files['quarantined']} + 対象外 {files['skipped']}",
        f"Night {run.run_id} {run.state}: {files['found']} recordings = {files['done']} done"
        f" + {files['waiting']} waiting + {files['quarantined']} quarantined + {files['skipped']} skipped",
    )
    click.echo(in_language(head, context.language))
    if run.state == "running":
        end = last.expected_end
        at = end.astimezone(ZoneInfo("Asia/Tokyo")).strftime("%m-%d %H:%M") if end else "?"
        left = Text(
            f"  {run.owner} 残り {last.backlog} 件、直近 1 時間に {last.per_hour} 件、終わりの見込み {at}",
            f"  {run.owner}: {last.backlog} left, {last.per_hour} in the last hour, expected end {at}",
        )
        click.echo(in_language(left, context.language))
    for item in last.held_back:
        text = in_language(REASON_TEXTS[item.reason], context.language) if item.reason else ""
        known = " ".join(filter(None, (item.relative, log_name(item.recording_id), item.reason, item.detail)))
        click.echo(f"  {known}: {text}")
    count, example = last.unread
    if count:
        unread = Text(
            f"  名前を読み取れない録音 {count} 件(例 {example})。kouken sources try で確かめられます。",
            f"  {count} recording(s) whose name cannot be read (such as {example}); see kouken sources try.",
        )
        click.echo(in_language(unread, context.language))


command = status
