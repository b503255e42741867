"""`kouken bi list`: what BI tools can ask the store for."""

import json

import click

from pipeline.commands.options import Context, common_options, json_option
from pipeline.language import Text, in_language


@common_options(Text("ビューと、その意味と列を示します。", "List the views, what they mean and their columns."))
@json_option()
def list_(context: Context, as_json: bool) -> None:
    """Each with what a row of it is."""
    from pipeline.store import bi
    from pipeline.store.migrate import open_store

    with open_store(context.settings.store_url) as store, store.reading() as connection:
        found = bi.described(connection)
    if as_json:
        rows = [
            {"view": name, "text": in_language(text, context.language), "columns": columns}
            for name, (text, columns) in found.items()
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for name, (text, columns) in found.items():
        click.echo(f"{name}: {in_language(text, context.language)}\n  {', '.join(columns)}")


command = list_
