"""`kouken phrases diff`: what an edited dictionary changes, before it is published."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, json_option
from pipeline.language import Text, in_language


@common_options(
    Text(
        "二つの辞書の違いと、書き起こしの上で増える当たり・減る当たりを示します。",
        "Show how two dictionaries differ, and which hits on transcripts an edit gains and loses.",
    )
)
@click.argument("old", type=click.Path(path_type=Path, exists=True))
@click.argument("new", type=click.Path(path_type=Path, exists=True))
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True))
@json_option()
def diff(context: Context, old: Path, new: Path, files: tuple[Path, ...], as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.text.dictionary import compare, load_dictionary, place_of

    changes, hits = compare(load_dictionary(old), load_dictionary(new), files)
    if as_json:
        click.echo(json.dumps({"entries": asdict(changes), "hits": asdict(hits)}, ensure_ascii=False, indent=1))
        return
    for sign, identities in (("+", changes.added), ("-", changes.removed), ("~", changes.changed)):
        for identity in identities:
            click.echo(f"{sign} {identity}")
    summary = Text(
        f"増える当たり {len(hits.gained)}、減る当たり {len(hits.lost)}",
        f"{len(hits.gained)} hits gained, {len(hits.lost)} lost",
    )
    click.echo(in_language(summary, context.language))
    for sign, found in (("+", hits.gained), ("-", hits.lost)):
        for hit in found:
            click.echo(f"  {sign} {hit.hit.phrase_id} {place_of(hit)}")


command = diff
