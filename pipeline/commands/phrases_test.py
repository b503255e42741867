"""`kouken phrases test`: a query tried on transcripts before anyone relies on it."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.language import Text, in_language


@common_options(
    Text(
        "フレーズの書き方を書き起こしで試し、当たった数と場所を示します。",
        "Try a query on transcripts: how often and where it is found.",
    )
)
@click.argument("query")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@option(
    "--category",
    type=click.Choice(
        ["appeal", "enablement", "proposal", "interest", "decline", "churn_risk", "satisfaction", "complaint"]
    ),
    default="proposal",
    help=Text("分類(話者が決まります)", "category; it decides whose speech is searched"),
)
@json_option()
def test(context: Context, query: str, files: tuple[Path, ...], category: str, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.text.dictionary import place_of, try_query

    tried = try_query(query, category, files)
    if as_json:
        click.echo(json.dumps(asdict(tried), ensure_ascii=False, indent=1))
        return
    summary = Text(
        f"当たり {tried.hits}、打ち消された当たり {tried.cancelled}、通話 {tried.calls}({tried.share:.1%})",
        f"{tried.hits} hits, {tried.cancelled} cancelled, {tried.calls} calls ({tried.share:.1%})",
    )
    click.echo(in_language(summary, context.language))
    for found in tried.examples:
        click.echo("  " + place_of(found))
    if tried.warning:
        click.echo(in_language(tried.warning, context.language))


command = test
