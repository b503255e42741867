"""`kouken phrases drafts`: what is being written, what waits for review."""

import click

from pipeline.commands.options import Context, common_options, json_option
from pipeline.commands.phrases_common import at, opened, say_json
from pipeline.language import Text, in_language


@common_options(
    Text(
        "進行中の下書きを新しい順に示します。番号を指定すると、その中身を示します。",
        "Show the drafts under way, newest first; with a number, what is in that one.",
    )
)
@click.argument("draft_id", type=int, required=False)
@json_option()
def drafts(context: Context, draft_id: int | None, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.store import drafts as stored
    from pipeline.store.conflict import Clash

    with opened(context) as store, store.reading() as connection:
        found = [stored.read_draft(connection, draft_id)] if draft_id is not None else stored.list_drafts(connection)
    if as_json:
        say_json(found)
        return
    for draft in found:
        state = in_language(stored.STATES[draft.state], context.language)
        facts = (str(draft.draft_id), state, draft.owner or "*", at(draft.updated_at), draft.title, draft.remark)
        click.echo(" ".join(facts).rstrip())
        for change in draft.changes:
            click.echo(f"  {change.name} ({', '.join(change.editors)})")
            for line in Clash(change.kind, change.name, None, change.base, change.now).diff():
                click.echo(f"    {line}")


command = drafts
