"""`kouken phrases submit`: a draft is checked whole and put before a second person."""

import click

from pipeline.commands.options import Context, common_options, json_option
from pipeline.commands.phrases_common import acting, as_option, opened, say, say_json
from pipeline.commands.phrases_review import said_of, show_review
from pipeline.language import Text


@common_options(
    Text(
        "下書きを調べ(誤りがあれば断り)、確認に出します。番号を省くと自分の下書きです。"
        "通話に広く当たる項目などの注意も示します。",
        "Check a draft (errors refuse it) and ask for review; without a number, your own. Warnings tell what to look"
        " at.",
    )
)
@click.argument("draft_id", type=int, required=False)
@as_option()
@json_option()
def submit(context: Context, draft_id: int | None, user: str | None, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.dictionaries import dictionary

    with opened(context) as store:
        actor, via = acting(context, store, user, "dictionary.edit", "phrases.submit")
        with store.reading() as connection:
            number = dictionary.draft_of(connection, actor, draft_id).draft_id
        checked = dictionary.check(store, number)
        draft = dictionary.submit(store, number, actor, via, checked)
        review = said_of(store, draft, checked)
    if as_json:
        say_json({"draft": draft, **review})
        return
    show_review(context, review)
    done = Text(
        f"下書き {number}({len(draft.changes)} 件)を確認に出しました。別の方が承認します。",
        f"Draft {number} ({len(draft.changes)} changes) is in review; somebody else approves it.",
    )
    say(context, done)


command = submit
