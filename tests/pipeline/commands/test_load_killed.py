"""D8: a load that is killed while it writes leaves the store as it was; the next one takes the whole table."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ROWS = 120_000
KOUKEN = (sys.executable, "-m", "pipeline")


def kouken(home: Path, *arguments: str) -> Any:
    done = subprocess.run([*KOUKEN, *arguments], env=_environment(home), capture_output=True, check=True, text=True)
    return json.loads(done.stdout)


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "KOUKEN_DATA_DIR": str(home / "data"), "PYTHONPATH": str(Path(__file__).parents[3])}


@pytest.mark.slow
def test_d8_a_load_killed_while_it_writes_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    header = "contract_id,customer_id,started_on,mrr_yen\n"
    (tmp_path / "small.csv").write_text(header + "K1,C1,2024-01-01,1000\n", encoding="utf-8")
    rows = "".join(f"K{n},C{n},2024-01-01,2000\n" for n in range(ROWS))
    (tmp_path / "large.csv").write_text(header + rows, encoding="utf-8")
    kouken(tmp_path, "load", "contracts", str(tmp_path / "small.csv"), "--json")
    large = ["load", "contracts", str(tmp_path / "large.csv"), "--json"]
    with subprocess.Popen(
        [*KOUKEN, *large, "--lang", "en"], env=_environment(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as loading:
        assert loading.stderr is not None
        while b"rows written" not in loading.stderr.readline():  # 100,000 of 120,000 are in the open transaction
            assert loading.poll() is None
        loading.send_signal(signal.SIGKILL)
        loading.wait()
    time.sleep(0.1)
    again = kouken(tmp_path, "load", "contracts", str(tmp_path / "small.csv"), "--json")
    assert again["changed"] == {"new": 0, "ended": 0, "unchanged": 1}
    whole = kouken(tmp_path, *large)
    assert whole["changed"] == {"new": ROWS, "ended": 1, "unchanged": 0}
