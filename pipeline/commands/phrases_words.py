"""`kouken phrases words`: the word list in force, shown or written as CSV."""

from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.commands.phrases_common import opened, say, say_json
from pipeline.language import Text


@common_options(
    Text(
        "単語登録(商品名と読み、よくある誤認識)を示し、--out で CSV に書き出します。"
        "直したら kouken load words で下書きに入れます。",
        "Show the word list: names, readings, what is misheard; --out writes CSV, kouken load words takes it into a"
        " draft.",
    )
)
@option("--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help=Text("CSV の出力先", "CSV file"))
@json_option()
def words(context: Context, out: Path | None, as_json: bool) -> None:
    """Parse, call, print."""
    from phrases.words import to_csv
    from pipeline.store.words import read_words

    with opened(context) as store, store.reading() as connection:
        found = read_words(connection)
    if out is not None:
        out.write_bytes(to_csv(found))
        say(context, Text(f"{len(found)} 語を {out} に書きました。", f"Wrote {len(found)} words to {out}."))
    elif as_json:
        say_json(found)
    else:
        for word in found:
            click.echo(" ".join((word.surface, ";".join(word.readings), ";".join(word.misheard))).rstrip())


command = words
