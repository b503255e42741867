"""The recogniser tried in a process of its own: a wrong cuDNN ends the process that asks for it, and says nothing.

Run by `try_recogniser` as `python -m pipeline.speech.trial DATA_DIR SETTINGS`.
"""

import subprocess
import sys
from pathlib import Path

from pipeline.errors import KoukenError
from pipeline.settings import SpeechSettings

LONGEST_S = 300.0  # a large model from a slow disk
SOUND_S = 2


def try_recogniser(settings: SpeechSettings, data_dir: Path) -> str | None:
    """What keeps the recogniser of these settings from working, in one line; None if it hears two seconds of noise."""
    command = [sys.executable, "-P", "-m", "pipeline.speech.trial", str(data_dir), settings.model_dump_json()]
    try:
        done = subprocess.run(  # noqa: S603 - our own module with our own settings
            command, capture_output=True, text=True, timeout=LONGEST_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"> {LONGEST_S:.0f} s"
    if done.returncode == 0:
        return None
    last = done.stderr.strip().splitlines()[-1:] or [""]
    return last[0] or f"exit code {done.returncode}"


def main(arguments: list[str]) -> int:
    """Load, listen once; the reason of a failure is the last line of standard error."""
    import numpy as np

    from pipeline.speech.recognise import load_recogniser
    from pipeline.speech.vad import SAMPLE_RATE

    settings = SpeechSettings.model_validate_json(arguments[1]).model_copy(update={"cpu_fallback": False})
    noise = np.random.default_rng(0).normal(0, 0.01, SOUND_S * SAMPLE_RATE).astype(np.float32)
    try:
        load_recogniser(settings, Path(arguments[0])).recognise([noise])
    except (KoukenError, RuntimeError) as error:
        sys.stderr.write(" ".join(str(error).split()) + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
