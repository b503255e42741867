"""`kouken train moments`: a new classifier from labelled calls, if it is not worse than the one in use."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.errors import BadInput
from pipeline.language import Text


@common_options(
    Text(
        "ラベル付きの通話から場面の分類器を作り直し、モデルカードを示します。今のものより悪ければ置き換えません。",
        "Make the classifier of moments anew and print its model card. One that is worse than the model in use is not"
        " put in its place.",
    )
)
@option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=Text("ラベル付きの通話のフォルダー(既定は同梱のもの)", "folder of labelled calls (default: those shipped)"),
)
@option(
    "--encoder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=Text(
        "ONNX にしたエンコーダーのフォルダー(既定は同梱のもの)", "folder of an exported encoder (default: shipped)"
    ),
)
@option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help=Text("モデルを置くフォルダー(ここにあるものと比べる)", "folder of the model; compared with what is there"),
)
@option("--seed", type=int, default=1, help=Text("乱数の種(同じなら同じモデル)", "seed; the same gives the same model"))
@json_option()
def moments(context: Context, data: Path | None, encoder: Path | None, out: Path, seed: int, as_json: bool) -> None:
    """Parse, call, print the card."""
    from models.moments.card import as_text
    from models.moments.data import TRAINING_CALLS
    from models.moments.labels import MomentsError
    from models.moments.manifest import SHIPPED
    from models.moments.training import train_moments

    try:
        card = train_moments(data or TRAINING_CALLS, out, seed, encoder_dir=encoder or SHIPPED)
    except MomentsError as error:
        raise BadInput(Text(error.message.ja, error.message.en)) from error
    click.echo(json.dumps(asdict(card), ensure_ascii=False, indent=1) if as_json else as_text(card))
    context.say(
        Text(f"新しいモデルを {out} に置きました。", f"The new model is in {out}.")
        if card.replaced
        else Text("今のモデルのほうが良いので、置き換えませんでした。", "The model in use is better; it stays.")
    )


command = moments
