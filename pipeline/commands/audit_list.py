"""`kouken audit list`: who did what, newest first."""

import json
from dataclasses import asdict
from zoneinfo import ZoneInfo

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.language import Text

TOKYO = ZoneInfo("Asia/Tokyo")


@common_options(Text("だれが、いつ、何をしたかを新しい順に示します。", "Show who did what and when, newest first."))
@option("--action", default="", help=Text("操作(phrases または phrases.publish など)", "action, or its subject alone"))
@option("--actor", default="", help=Text("だれが", "who"))
@option("--object", "what", default="", help=Text("何に対して(id)", "id of what it was done to"))
@option("--before", type=int, default=None, help=Text("この番号より前", "rows before this number"))
@option("--limit", type=click.IntRange(1, 10_000), default=50, help=Text("行数", "how many rows"))
@json_option()
def list_(context: Context, action: str, actor: str, what: str, before: int | None, limit: int, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.store import audit
    from pipeline.store.migrate import open_store

    store = open_store(context.settings.store_url)
    try:
        with store.reading() as connection:
            entries = audit.list_entries(
                connection, action=action, actor=actor, object=what, before=before, limit=limit
            )
    finally:
        store.close()
    if as_json:
        rows = [{**asdict(entry), "at": entry.at.isoformat()} for entry in entries]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for entry in entries:
        details = " ".join(f"{key}={value}" for key, value in entry.details.items())
        at = entry.at.astimezone(TOKYO).strftime("%Y-%m-%d %H:%M:%S")
        click.echo(f"{entry.number} {at} {entry.actor} {entry.action} {entry.object} {details}".rstrip())


command = list_
