"""Files that a browser sent, read by the site's own scanner for malware before anything here reads them.

The scanner is whatever the site has: a command that is given the file's path and answers by its exit code, as
`clamdscan` does (0 nothing found, 1 found, anything else could not tell). What was not found clean is not taken.
"""

import logging
import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Literal

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.settings import WebSettings

log = logging.getLogger(__name__)
CLEAN, FOUND = 0, 1  # exit codes

Why = Literal["found", "failed", "timed_out"]
_TEXTS = {
    "found": Text(
        "ウイルス検査が、このファイルに危険なものを見つけました。ファイルは読まずに消しました。",
        "The scan for malware found something in this file. It was removed unread.",
    ),
    "failed": Text(
        "ウイルス検査ができなかったため、このファイルは受け取りませんでした。",
        "The scan for malware failed, so this file was not taken.",
    ),
    "timed_out": Text(
        "ウイルス検査が時間の上限までに終わらなかったため、このファイルは受け取りませんでした。",
        "The scan for malware did not end in time, so this file was not taken.",
    ),
}
_REMEDIES = {
    "found": Text("システム管理者に知らせてください。", "Tell your administrator."),
    "failed": Text(
        "システム管理者に、検査のコマンド(設定 web.scan_command)を確かめてもらってください。",
        "Have your administrator check the scanner's command (setting web.scan_command).",
    ),
    "timed_out": Text(
        "少し待って、もう一度お試しください。続くときは、設定 web.scan_timeout_s をシステム管理者が見直してください。",
        "Try again in a moment. If it goes on, have your administrator look at the setting web.scan_timeout_s.",
    ),
}


class NotClean(BadInput):
    """A file that the scanner did not find clean."""

    def __init__(self, why: Why) -> None:
        self.why = why
        super().__init__(_TEXTS[why], remedy=_REMEDIES[why])


def check_clean(path: Path, web: WebSettings) -> None:
    """Have the scanner read the file; without a scanner nothing is asked. Raises `NotClean`."""
    if not web.scan_command:
        return
    code = _answer_of([*web.scan_command, str(path.resolve())], web.scan_timeout_s)
    if code != CLEAN:
        raise NotClean("found" if code == FOUND else "failed")


def check_scanner(web: WebSettings) -> str:
    """Where the scanner's program is, empty without one. Raises `BadInput` if it is set and cannot be run."""
    if not web.scan_command:
        return ""
    found = shutil.which(web.scan_command[0])
    if found is None:
        raise BadInput(
            Text(
                f"web.scan_command のプログラムが見つからないか、実行できません: {web.scan_command[0]}",
                f"The program of web.scan_command is not there or cannot be run: {web.scan_command[0]}",
            )
        )
    return found


def _answer_of(command: list[str], timeout_s: float) -> int:
    """Its exit code. Raises `NotClean`. What it prints may hold names of files and is nobody's to keep."""
    try:
        scanner = subprocess.Popen(  # noqa: S603 - the command is the administrator's, the path our own
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # so that what it starts ends with it
        )
    except OSError as error:
        log.warning("scanner does not start: %s", type(error).__name__)
        raise NotClean("failed") from None
    try:
        code = scanner.wait(timeout_s)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(scanner.pid, signal.SIGKILL)
        scanner.wait()
        log.warning("scanner: no answer within %g s", timeout_s)
        raise NotClean("timed_out") from None
    if code not in (CLEAN, FOUND):
        log.warning("scanner failed: exit code %d", code)
    return code
