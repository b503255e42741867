"""`kouken load words`: the word list 単語登録, all or nothing."""

from pathlib import Path

from pipeline.commands.options import Context
from pipeline.commands.phrases_common import acting, opened, say, say_json
from pipeline.language import Text


def load_words_file(context: Context, file: Path, user: str | None, dry_run: bool, as_json: bool) -> None:
    """Check the file, then store it as a new version of the dictionary, or only show what would change."""
    from phrases.messages import PhraseError
    from phrases.words import load_words
    from pipeline.store import words as stored
    from pipeline.text.dictionary import BadDictionary

    try:
        words = load_words(file)
    except PhraseError as error:
        raise BadDictionary(error) from None
    actor, via = acting(user)
    with opened(context) as store:
        if dry_run:
            with store.reading() as connection:
                change = stored.preview_words(connection, words)
        else:
            with store.writing() as connection:
                change = stored.load_words(connection, words, actor, file.name, via)
    if as_json:
        say_json(change)
        return
    for sign, names in (("+", change.added), ("~", change.changed), ("-", change.removed)):
        for name in names:
            say(context, Text(f"{sign} {name}", f"{sign} {name}"))
    counts = (len(change.added), len(change.changed), len(change.removed), change.unchanged)
    ja = "追加 {}、変更 {}、削除 {}、変更なし {}".format(*counts)
    en = "{} added, {} changed, {} removed, {} unchanged".format(*counts)
    say(context, Text(f"{ja}(版 {change.version})", f"{en} (version {change.version})"))
