"""`kouken phrases show`: one entry whole, and the publications that changed it."""

import click

from pipeline.commands.options import Context, common_options, json_option
from pipeline.commands.phrases_common import at, chosen_as_listed, draft_option, opened, say_json, version_option
from pipeline.errors import BadInput
from pipeline.language import Text


@common_options(Text("項目を一つ、例文と履歴まで示します。", "Show one entry with its examples and its history."))
@click.argument("name")
@version_option()
@draft_option()
@json_option()
def show(context: Context, name: str, version: str, draft_id: int | None, as_json: bool) -> None:
    """Parse, call, print."""
    from phrases.entry import PhraseSet
    from phrases.fields import phrase_fields
    from phrases.files import dumps
    from pipeline.store.dictionary import list_publications

    with opened(context) as store:
        phrase_set = chosen_as_listed(store, draft_id, version)
        with store.reading() as connection:
            history = list_publications(connection, name=name)
    words = phrase_set.words.get(name)
    phrase = phrase_set.by_id.get(name)
    if phrase is None and words is None:
        raise BadInput(Text(f"「{name}」という項目はありません。", f"There is no entry “{name}”."))
    if as_json:
        fields = phrase_fields(phrase) | {"status": phrase.status} if phrase else {"id": name, "words": words}
        say_json({"version": phrase_set.version, "entry": fields, "publications": history})
        return
    one = PhraseSet((phrase,) if phrase else (), ((name, words),) if phrase is None and words else ())
    click.echo(dumps(one).split("\n", 1)[1].rstrip())
    for item in history:
        click.echo(f"#{item.number} {at(item.published_at)} {item.published_by} {item.kind} {item.version}")


command = show
