"""The command `kouken`: a table of lazily loaded commands, and the one place where errors meet the person."""

import io
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

import click

from pipeline.commands.options import Lazy, LazyGroup, language_in, usage_problem, version_option
from pipeline.errors import ExitCode, KoukenError
from pipeline.failures import failure
from pipeline.language import Text, in_language, locale_language

COMMANDS: dict[str, Lazy] = {
    "demo": Lazy(
        "pipeline.commands.demo", Text("同梱の録音でひととおり動かす", "run everything on the recordings shipped")
    ),
    "serve": Lazy("pipeline.commands.serve", Text("結果の画面を出す", "serve the pages")),
    "doctor": Lazy("pipeline.commands.doctor", Text("この機械の状態を調べる", "check this machine")),
    "nightly": Lazy("pipeline.commands.nightly", Text("夜間バッチ(主な仕事)", "the nightly batch, the main job")),
    "status": Lazy(
        "pipeline.commands.status", Text("最後の夜と隔離された録音", "the last night, and what is held back")
    ),
    "retry": Lazy("pipeline.commands.retry", Text("隔離された録音をもう一度", "try quarantined recordings again")),
    "backup": Lazy("pipeline.commands.backup", Text("データベースの控えを取る", "back the store up, even in use")),
    "restore": Lazy("pipeline.commands.restore", Text("控えを戻す", "put a backup in place")),
    "erase": Lazy("pipeline.commands.erase", Text("お客様の通話を消す", "erase calls on request, with a certificate")),
    "hold": Lazy("pipeline.commands.hold", Text("消してはいけない通話の保全", "legal holds: what must not be erased")),
    "retention": Lazy(
        "pipeline.commands.retention", Text("保存期間を過ぎたものを消す", "delete what is past its keeping period")
    ),
    "bi": Lazy("pipeline.commands.bi", Text("BI ツールから読むビュー", "views for BI tools")),
    "migrate": Lazy("pipeline.commands.migrate", Text("データベースの形を新しくする", "bring the database up to date")),
    "sources": Lazy("pipeline.commands.sources", Text("録音の名前の読み方", "how names of recordings are read")),
    "load": Lazy("pipeline.commands.load", Text("表を一つ調べて読み込む", "check and load one table")),
    "transcribe": Lazy("pipeline.commands.transcribe", Text("音声ファイルを書き起こす", "transcribe audio files")),
    "tag": Lazy("pipeline.commands.tag", Text("書き起こしに場面の札を付ける", "tag transcripts with moments")),
    "phrases": Lazy("pipeline.commands.phrases", Text("フレーズ辞書を調べる", "work on the phrase dictionary")),
    "reviews": Lazy("pipeline.commands.reviews", Text("見つけたものを人が確かめる", "people judge what was found")),
    "audit": Lazy("pipeline.commands.audit", Text("操作の記録を調べる", "look at the record of what was done")),
    "report": Lazy("pipeline.commands.report", Text("期間の数字を書き出す", "write the figures of a period")),
    "health": Lazy("pipeline.commands.health", Text("健康スコアの重みの提案", "weights offered for the health score")),
    "export": Lazy("pipeline.commands.export", Text("結果を Parquet に書き出す", "write what is stored as Parquet")),
    "estimate": Lazy("pipeline.commands.estimate", Text("四つの表から貢献を推定する", "estimate the contribution")),
    "experiment": Lazy(
        "pipeline.commands.experiment", Text("無作為に決める実験を計画する", "plan a random experiment")
    ),
    "simulate": Lazy("pipeline.commands.simulate", Text("真の効果を植えた模擬センター", "a centre with planted truth")),
    "selftest": Lazy("pipeline.commands.selftest", Text("推定を植えた真値で確かめる", "test against planted truth")),
    "users": Lazy("pipeline.commands.users", Text("サインインできる人と役割", "who may sign in, and as what")),
    "train": Lazy("pipeline.commands.train", Text("ラベル付きの通話から学ぶ", "learn from labelled calls")),
    "evaluate": Lazy("pipeline.commands.evaluate", Text("正解と比べて測る", "measure against the truth")),
    "bench": Lazy("pipeline.commands.bench", Text("速さとメモリを測る", "measure speed and memory")),
}

kouken = LazyGroup(
    "kouken",
    text=Text(
        "サポートセンターの通話録音から、場面と反応と契約の成果をまとめます。",
        "From call recordings of a support centre to moments, reactions and contract outcomes.",
    ),
    table=COMMANDS,
)
kouken.params.append(version_option())


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave the process with its documented exit code.

    What a service manager sends means the same as Ctrl-C: half-made files and helpers go with the command.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command; every error becomes words for the person and an exit code."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # nothing goes out unless it is switched on
    _write_utf8()
    language = language_in(arguments) or locale_language()
    try:
        code = kouken.main(list(arguments), prog_name="kouken", standalone_mode=False)
        return code if isinstance(code, int) else ExitCode.DONE
    except KoukenError as error:
        _tell(error.render(language))
        return error.exit_code
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        _tell(usage_problem(error, language))
        return ExitCode.BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        _tell("中断しました。" if language == "ja" else "Interrupted.")
        return ExitCode.STOPPED_BY_LIMIT
    except Exception as error:  # noqa: BLE001 - the last place that can turn a bug into words
        text, exit_code = failure(error)
        _tell(in_language(text, language))
        return exit_code


def _tell(words: str) -> None:
    """On standard error; the exit code tells where that is a file on a full disk."""
    with suppress(OSError):
        click.echo(words, err=True)


def _write_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):  # cron runs with LANG=C
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    main()
