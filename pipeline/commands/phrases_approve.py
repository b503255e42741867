"""`kouken phrases approve`: a second person agrees; authors are refused, and the attempt goes on record."""

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.commands.phrases_common import acting, as_option, opened, say, say_json, the_draft
from pipeline.commands.phrases_review import said_of, show_review
from pipeline.language import Text


@common_options(
    Text(
        "確認待ちの下書きを承認します。書いた人と出した人は承認できず、試みは記録に残ります。",
        "Approve a draft in review. Who wrote or submitted it cannot; the attempt goes on record.",
    )
)
@click.argument("draft_id", type=int, required=False)
@option("--remark", default="", help=Text("ひとこと", "a remark"))
@as_option()
@json_option()
def approve(context: Context, draft_id: int | None, remark: str, user: str | None, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.dictionaries.dictionary import check
    from pipeline.store import publishing

    with opened(context) as store:
        actor, via = acting(context, store, user, "dictionary.approve", "phrases.approve")
        with store.reading() as connection:
            number = the_draft(connection, draft_id, "in_review").draft_id
        with store.writing() as connection:
            draft = publishing.approve(connection, number, actor, remark, via)
        review = said_of(store, draft, check(store, number))
    if as_json:
        say_json({"draft": draft, **review})
        return
    show_review(context, review)
    done = Text(
        f"下書き {number} を承認しました。publish で公開できます。", f"Draft {number} is approved; publish it next."
    )
    say(context, done)


command = approve
