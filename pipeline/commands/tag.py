"""`kouken tag`: transcripts or plain dialogues to tags and moments."""

from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, option
from pipeline.errors import ExitCode, KoukenError
from pipeline.language import Text, in_language


@common_options(
    Text(
        "書き起こし(または文字だけの対話)の JSON に、フレーズの札と場面を付けます。",
        "Add phrase tags and moments to transcripts, or to dialogues in plain text.",
    )
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help=Text("出力先", "output folder"))
def tag(context: Context, files: tuple[Path, ...], out: Path) -> None:
    """Parse, call, report."""
    from pipeline.text.files import tag_files

    def report(path: Path, problem: KoukenError | None) -> None:
        context.say(Text(path.name, path.name) if problem is None else _failure(path, problem))

    if tag_files(files, out, report, context.settings.moments):
        raise click.exceptions.Exit(ExitCode.SOME_QUARANTINED)


def _failure(path: Path, problem: KoukenError) -> Text:
    return Text(*(f"{path.name}: {in_language(problem.text, language)}" for language in ("ja", "en")))


command = tag
