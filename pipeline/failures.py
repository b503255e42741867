"""What ended a run, in words that may stand in a log, and the exit code that goes with it."""

import errno
import traceback

from pipeline.errors import ExitCode, KoukenError
from pipeline.language import Text

FULL = Text(
    "ディスクがいっぱいで書き込めません。書きかけのものは使わず、空きを作ってからもう一度実行してください。",
    "The disk is full. Nothing half-written counts; free some space and run again.",
)
UNEXPECTED = Text(
    "予期しない誤りで止まりました。次の行を添えて開発元に知らせてください。",
    "Stopped by an unexpected error. Please report the lines below.",
)


def failure(error: Exception) -> tuple[Text, ExitCode]:
    """Of an unexpected error the type and the place only: its message may hold a customer's words."""
    if isinstance(error, KoukenError):
        return error.logged, error.exit_code
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FULL, ExitCode.STOPPED_BY_LIMIT
    frames = traceback.extract_tb(error.__traceback__)
    where = "".join(f"\n  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
    end = f"{where}\n  {type(error).__name__}"
    return Text(UNEXPECTED.ja + end, UNEXPECTED.en + end), ExitCode.FAILED
