"""`kouken nightly`: the main job."""

import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

import click

from pipeline.commands.options import Context, common_options, option
from pipeline.errors import BadInput, KoukenError, StoppedByLimit
from pipeline.language import Text
from pipeline.progress import shown

if TYPE_CHECKING:
    from pipeline.settings import Settings

FILE = click.Path(path_type=Path)


@common_options(
    Text(
        "録音のフォルダーを調べ、まだの通話を書き起こし、場面を見つけ、契約と結び付けてレポートを作ります。",
        "Transcribe what is new in the archive, find the moments, join the contracts, make the report.",
    )
)
@option("--archive", required=True, type=FILE, help=Text("録音のフォルダー(変更しません)", "archive (never changed)"))
@option("--calls", type=FILE, help=Text("通話の表(CSV か Parquet)", "table of calls (CSV or Parquet)"))
@option("--contracts", type=FILE, help=Text("契約の表(毎回すべての行)", "table of contracts (all rows, every time)"))
@option("--outcomes", type=FILE, help=Text("成果の表(毎回すべての行)", "table of outcomes (all rows, every time)"))
@option("--snapshots", type=FILE, help=Text("顧客の状態の表", "table of customer snapshots"))
@option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    help=Text("書き起こしをこの機械でか、Ray のクラスターで(既定は設定)", "transcribe here or on a Ray cluster"),
)
@option("--until", help=Text("この時刻で切り上げる(例 06:00、日本時間)", "stop at this time (06:00, Tokyo time)"))
@option("--out", type=FILE, help=Text("レポートの置き場所", "folder for the report"))
def nightly(
    context: Context,
    archive: Path,
    calls: Path | None,
    contracts: Path | None,
    outcomes: Path | None,
    snapshots: Path | None,
    engine: Literal["local", "ray"] | None,
    until: str | None,
    out: Path | None,
) -> int:
    """Run the night; the exit code says whether something was held back."""
    end = next_time(until, datetime.now(ZoneInfo("Asia/Tokyo"))) if until else None
    from pipeline.nightly import run_night
    from pipeline.nights.night import Request

    given = {"calls": calls, "contracts": contracts, "outcomes": outcomes, "customer_snapshots": snapshots}
    request = Request(archive, {kind: path for kind, path in given.items() if path}, out)  # type: ignore[misc]
    settings = context.settings
    if engine is not None:
        settings = settings.model_copy(update={"work": settings.work.model_copy(update={"engine": engine})})
    with shown(context.language) as progress, told_afterwards(settings), asked_to_stop() as asked:
        return run_night(request, settings, progress, lambda: asked() or _is_past(end))


command = nightly


def next_time(clock: str, now: datetime) -> datetime:
    """The next moment at which the clock of `now` shows `HH:MM`. Raises `BadInput`."""
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", clock)
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        raise BadInput(
            Text(f"--until の時刻が読めません:「{clock}」", f"Cannot read the time of --until: “{clock}”"),
            remedy=Text("06:00 のように書いてください。", "Write it like 06:00."),
        )
    end = now.replace(hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0)
    return end if end > now else end + timedelta(days=1)


@contextmanager
def told_afterwards(settings: "Settings") -> Iterator[None]:
    """Write the metrics, and tell whoever [alerts] names, when a night ends otherwise than it should."""
    from pipeline.messages.alerts import send
    from pipeline.nights.metrics import write_metrics
    from pipeline.nights.watch import standing
    from pipeline.store.migrate import open_store

    try:
        yield
    except KoukenError as error:
        if type(error) is StoppedByLimit:
            raise  # it was time: the next night goes on, and nobody has to do anything
        send([error.logged], settings.alerts, settings.mail)
        raise
    except Exception as error:
        name = type(error).__name__
        send(
            [Text(f"夜間バッチが止まりました({name})。", f"The night broke off ({name}).")],
            settings.alerts,
            settings.mail,
        )
        raise
    finally:
        if settings.alerts.metrics is not None:
            with suppress(KoukenError), open_store(settings.store_url) as store:
                last = standing(store, settings)
                if last is not None:
                    write_metrics(last, settings.alerts.metrics)


@contextmanager
def asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C or a service manager has asked this process to end; the night then stops between two commits."""
    asked: list[int] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, lambda received, _: asked.append(received))
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_past(end: datetime | None) -> bool:
    return end is not None and datetime.now(end.tzinfo) >= end
