"""`kouken phrases discard`: a draft is given up; it stays readable."""

import click

from pipeline.commands.options import Context, common_options
from pipeline.commands.phrases_common import acting, as_option, opened, say
from pipeline.language import Text


@common_options(Text("自分の下書きを捨てます(記録には残ります)。", "Give your own draft up; it stays on record."))
@click.argument("draft_id", type=int)
@as_option()
def discard(context: Context, draft_id: int, user: str | None) -> None:
    """Parse, call, report."""
    from pipeline.store import drafts

    with opened(context) as store:
        actor, via = acting(context, store, user, "dictionary.edit", "phrases.discard")
        with store.writing() as connection:
            drafts.discard(connection, draft_id, actor, via)
    say(context, Text(f"下書き {draft_id} を捨てました。", f"Draft {draft_id} is discarded."))


command = discard
