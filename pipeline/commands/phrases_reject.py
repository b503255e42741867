"""`kouken phrases reject`: back to the author, with a reason."""

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.commands.phrases_common import acting, as_option, opened, say, say_json, the_draft
from pipeline.language import Text


@common_options(
    Text(
        "下書きを理由を添えて差し戻します。承認も取り消されます。自分の下書きを取り下げるときにも使います。",
        "Send a draft back with a reason; an approval is void. Authors take their own draft back this way, too.",
    )
)
@click.argument("draft_id", type=int, required=False)
@option("--remark", required=True, help=Text("理由", "the reason"))
@as_option()
@json_option()
def reject(context: Context, draft_id: int | None, remark: str, user: str | None, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.store import publishing

    with opened(context) as store:
        actor, via = acting(context, store, user, "dictionary.work", "phrases.reject")
        with store.reading() as connection:
            number = the_draft(connection, draft_id, "in_review").draft_id
        with store.writing() as connection:
            draft = publishing.reject(connection, number, actor, remark, via)
    if as_json:
        say_json(draft)
        return
    say(context, Text(f"下書き {number} を差し戻しました。", f"Draft {number} is back with its author."))


command = reject
