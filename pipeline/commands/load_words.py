"""`kouken load words`: the word list 単語登録 into a draft, all or nothing."""

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.options import Context
from pipeline.commands.phrases_common import acting, opened, say, say_json
from pipeline.language import Text

if TYPE_CHECKING:
    from pipeline.dictionaries.word_list import TakenWords


REACH = Text(
    "公開のあと、当たりはすべての通話で変わります。本文が直るのは、それから書き起こす通話だけです。",
    "Once published, hits change in all calls; texts are put right only in calls transcribed from then on.",
)


def load_words_file(
    context: Context, file: Path, user: str | None, draft_id: int | None, dry_run: bool, as_json: bool
) -> None:
    """Check the file, then put what it changes into a draft, or only show it."""
    from pipeline.dictionaries.word_list import read_word_file, take_words

    words = read_word_file(file)
    with opened(context) as store:
        actor, via = acting(context, store, user, "dictionary.edit", "phrases.save")
        taken = take_words(store, words, actor, via, draft_id=draft_id, dry_run=dry_run)
    if as_json:
        say_json(taken)
    else:
        _show(context, taken)


def _show(context: Context, taken: "TakenWords") -> None:
    change = taken.change
    for sign, names in (("+", change.added), ("~", change.changed), ("-", change.removed)):
        for name in names:
            say(context, Text(f"{sign} {name}", f"{sign} {name}"))
    counts = (len(change.added), len(change.changed), len(change.removed), change.unchanged)
    ja = "追加 {}、変更 {}、削除 {}、変更なし {}".format(*counts)
    en = "{} added, {} changed, {} removed, {} unchanged".format(*counts)
    say(context, Text(f"公開中の一覧から: {ja}", f"Against the list in force: {en}"))
    if taken.draft is not None and any(item.kind == "word" for item in taken.draft.changes):
        number = taken.draft.draft_id
        told = Text(
            f"下書き {number} に入れました。次は kouken phrases submit {number}。別の方の承認のあと公開できます。",
            f"They are in draft {number}. Next: kouken phrases submit {number}, then a second person approves.",
        )
        say(context, told)
        say(context, REACH)
