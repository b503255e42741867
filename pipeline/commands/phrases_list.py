"""`kouken phrases list`: the entries of the published dictionary, of a version or of a draft."""

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.commands.phrases_common import chosen_as_listed, draft_option, opened, say, say_json, version_option
from pipeline.language import Text

CATEGORIES = ["appeal", "enablement", "proposal", "interest", "decline", "churn_risk", "satisfaction", "complaint"]


@common_options(Text("辞書の項目を一覧にします。", "List the entries of the dictionary."))
@option("--category", type=click.Choice(CATEGORIES), default=None, help=Text("この分類だけ", "only this category"))
@version_option()
@draft_option()
@json_option()
def list_(context: Context, category: str | None, version: str, draft_id: int | None, as_json: bool) -> None:
    """Parse, call, print."""
    from phrases.fields import phrase_fields

    with opened(context) as store:
        phrase_set = chosen_as_listed(store, draft_id, version)
    phrases = [phrase for phrase in phrase_set.phrases if category in (None, phrase.category)]
    if as_json:
        lists = {name: list(words) for name, words in phrase_set.lists}
        entries = [phrase_fields(phrase) | {"status": phrase.status} for phrase in phrases]
        say_json({"version": phrase_set.version, "phrases": entries, "lists": lists})
        return
    for phrase in phrases:
        click.echo(f"{phrase.id} {phrase.category} {phrase.status} {phrase.phrase}")
    count = len(phrases)
    say(context, Text(f"{count} 件(版 {phrase_set.version})", f"{count} entries (version {phrase_set.version})"))


command = list_
