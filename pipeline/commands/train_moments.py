"""`kouken train moments`: a new classifier from labelled calls and reviews, if it is not worse than the one in use."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.errors import BadInput
from pipeline.language import Text

if TYPE_CHECKING:
    from models.moments.card import ModelCard
    from models.moments.labels import Call

STEPS_SHOWN = 100


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
    "--teach",
    is_flag=True,
    help=Text(
        "エンコーダーも教え直す(追加の training が要る。一コアで約 20 CPU 分)",
        "teach the encoder anew, too (needs the training extra; about 20 CPU minutes on one core)",
    ),
)
@option(
    "--base",
    help=Text(
        "教える元にする Hugging Face のエンコーダーのフォルダーか名前(既定は multilingual-e5-small)",
        "folder or name of any Hugging Face encoder to teach (default: multilingual-e5-small)",
    ),
)
@option(
    "--torch",
    "for_torch",
    is_flag=True,
    help=Text(
        "教えるとき、GPU の torch が読む重みも残す(moments.device = cuda で使う)",
        "when teaching, keep weights that torch reads on a GPU, too (used with moments.device = cuda)",
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
def moments(
    context: Context,
    data: Path | None,
    encoder: Path | None,
    teach: bool,
    base: str | None,
    for_torch: bool,
    out: Path,
    seed: int,
    as_json: bool,
) -> None:
    """Parse, call, print the card."""
    from models.moments.card_text import as_text
    from models.moments.data import TRAINING_DATA
    from models.moments.labels import MomentsError
    from models.moments.manifest import SHIPPED

    is_taught = teach or base is not None
    if encoder and is_taught:
        raise click.UsageError("--encoder / --teach")
    if for_torch and not is_taught:
        raise click.UsageError("--torch: --teach?")
    data = data or TRAINING_DATA
    folder = _taught(context, data, base, seed, for_torch) if is_taught else nullcontext(encoder or SHIPPED)
    try:
        card = _train(context, data, folder, out, seed)
    except MomentsError as error:
        raise BadInput(Text(error.message.ja, error.message.en)) from error
    click.echo(json.dumps(asdict(card), ensure_ascii=False, indent=1) if as_json else as_text(card))
    context.say(
        Text(f"新しいモデルを {out} に置きました。", f"The new model is in {out}.")
        if card.replaced
        else Text("今のモデルのほうが良いので、置き換えませんでした。", "The model in use is better; it stays.")
    )


def _train(context: Context, data: Path, encoder: AbstractContextManager[Path], out: Path, seed: int) -> "ModelCard":
    from models.moments.training import train_moments

    reviewed = _reviewed(context)
    with encoder as folder:
        return train_moments(data, out, seed, encoder_dir=folder, reviewed=reviewed)


def _reviewed(context: Context) -> "list[Call]":
    """What QA corrected in the store, where there is one."""
    from pipeline.commands.phrases_common import opened
    from pipeline.dictionaries.dictionary import has_store
    from pipeline.reviews.reviewed import reviewed_calls

    if not has_store(context.settings):
        return []
    with opened(context) as store:
        found = reviewed_calls(store)
    context.say(Text(f"確認済みの通話 {len(found)} 件も使います。", f"Learns from {len(found)} reviewed calls, too."))
    return found


@contextmanager
def _taught(context: Context, data: Path, base: str | None, seed: int, for_torch: bool) -> Iterator[Path]:
    from models.moments.teach import teach_encoder

    def show(step: int, loss: float) -> None:
        if step % STEPS_SHOWN == 0:
            context.say(Text(f"{step} 歩、損失 {loss:.3f}", f"step {step}, loss {loss:.3f}"))

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "encoder"
        teach_encoder(data, folder, seed, base=base, for_torch=for_torch, progress=show)
        yield folder


command = moments
