"""`kouken train card`: the classifier in use, its thresholds, and the precision and recall to expect of them."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.figures.expected import Expectation
from pipeline.language import Text, in_language


@common_options(
    Text(
        "使っている分類器のしきい値と、期待できる適合率・再現率を示します。"
        "しきい値は設定 [moments.thresholds] で変えられます。",
        "Show the thresholds of the classifier in use and the precision and recall to expect of them. Thresholds are"
        " set in [moments.thresholds].",
    )
)
@option(
    "--at",
    type=click.FloatRange(0.02, 0.98),
    multiple=True,
    help=Text("このしきい値ならどうなるかも示す(何度でも)", "what another threshold would give (may be repeated)"),
)
@option(
    "--plot",
    type=click.Path(path_type=Path, dir_okay=False),
    help=Text("確率の当たり具合の図(SVG)を書くファイル", "file for the reliability plot (SVG)"),
)
@json_option()
def card(context: Context, at: tuple[float, ...], plot: Path | None, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.figures.expected import expectations, reliability_plot

    rows = expectations(context.settings.moments, at)
    if plot:
        plot.write_text(reliability_plot(context.settings.moments), encoding="utf-8")
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1))
        return
    title = Text("場面 しきい値 適合率 再現率 (期待値)", "label threshold precision recall (expected)")
    click.echo("  ".join(in_language(title, context.language).split(" ")))
    for row in rows:
        click.echo(_line(row, context))


def _line(row: Expectation, context: Context) -> str:
    notes = {
        "model": Text("モデルの値", "the model's own"),
        "settings": Text("設定の値", "from the settings"),
        "asked": Text("もしこの値なら", "if it were this"),
    }
    note = in_language(notes[row.source], context.language)
    return f"{row.label:13}  {row.threshold:.3f}  {row.precision:.3f}  {row.recall:.3f}  {note}"


command = card
