"""The last stage of the night: everything found, joined with contracts and outcomes, kept and written as a report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from models.contribution.tables import Tables, last_day
from models.scoring import CATEGORIES
from pipeline.errors import REASON_TEXTS, ExitCode, Reason
from pipeline.figures.contribution import contribution_document, is_of, moments_found, with_moments
from pipeline.figures.expected import expectations
from pipeline.language import Text
from pipeline.nights.keeping import Counted, count_beforehand, count_spoken, sweep, write_joins
from pipeline.nights.night import Night
from pipeline.nights.report_files import Write, write_new, write_over
from pipeline.outcomes.join import Joiner
from pipeline.progress import Progress
from pipeline.reports.build import TOKYO, CallSums, Material, build_report
from pipeline.reports.cells import ConversationCells
from pipeline.reports.files import write_report
from pipeline.reports.parts import each_part, with_unlisted
from pipeline.settings import MomentsSettings
from pipeline.store import copies, ledger, recordings, reports, runs, tables
from pipeline.store.connect import Connection
from pipeline.store.kept import kept_facts
from pipeline.store.pages import Pins
from pipeline.store.spool import Spool, spooled

MOST_NAMED = 20  # recordings in one line of the log


def report(night: Night, out: Path | None) -> ExitCode:
    """Join the calls with contracts and outcomes, add everything up, keep it and write it; once if nothing changed."""
    count_spoken(night.store, night.versions.speech)
    with spooled(night.settings.data_dir) as joined:
        return _report(night, out, joined)


def _report(night: Night, out: Path | None, joined: Spool) -> ExitCode:
    with night.store.reading() as connection:
        before = reports.latest_report(connection)
        kept = kept_facts(connection)
        found = _found(connection, night, joined)
    contribution = _contribution(night, found, before)
    body = found.body | ({"contribution": contribution} if contribution else {})
    unchanged = reports.says_the_same(before, body)
    counted = None if unchanged and kept else found.count_beforehand()
    if not unchanged:
        write_joins(night.store, night.run_id, joined)
    if counted:
        counted.write(night.store, night.run_id)
    with night.store.writing() as connection:  # what was written in parts is shown by this, all of it or nothing
        if not unchanged:
            reports.save_report(connection, night.run_id, body)
        if counted:
            counted.show(connection, night.run_id)
        runs.finish_run(connection, night.run_id, "done")
    sweep(night.store, night.run_id)
    _show_held_back(found.material.held_back, night.progress)
    _show_files(body["coverage"]["files"], night.progress)
    if unchanged:
        night.progress.note(Text("前の夜から変わったものはありません。", "Nothing has changed since the night before."))
    of_run = before["run_id"] if before and unchanged else night.run_id
    folder = out or night.settings.data_dir / "reports" / f"{of_run:06d}"
    if out:
        with night.store.writing() as connection:
            copies.remember(connection, "report", out)
        write_over(out, _writing(night, body, found.material))
    elif not folder.exists():  # though nothing changed: a full disk may have left the files to this night
        write_new(folder, _writing(night, body, found.material))
    else:
        return _code(body)
    night.progress.note(Text(f"レポート: {folder}", f"Report: {folder}"))
    return _code(body)


@dataclass(frozen=True)
class _Found:
    """The sums that one walk over all calls leaves.

    `tables`: what the estimate is made of, None where there is nothing to make it of.
    """

    material: Material
    body: dict[str, Any]
    cells: pd.DataFrame
    operators: Mapping[str, str | None]
    tables: Tables | None

    def count_beforehand(self) -> Counted:
        return count_beforehand(self.material, self.cells, self.operators)


def _found(connection: Connection, night: Night, joined: Spool) -> _Found:
    """Walk over all calls, some at a time; what each was joined to is put aside."""
    material, pins = _material(connection, night), _pins(connection, night)
    joiner = Joiner(material.ledger)
    counted, cells = CallSums(), ConversationCells(material.contracts)
    moments = [moments_found((), (), ())]
    estimated = material.as_of is not None
    for part in each_part(connection, pins, joiner):
        counted.take(part)
        cells.take(part)
        joined.put_aside(tables.kept_of_joins(part.known))
        if estimated:
            moments.append(moments_found(part.analysed["call_id"], part.tallies, part.facts))
    return _Found(
        material,
        build_report(material, counted, joiner.report),
        cells.frame(),
        counted.operator_names,
        _tables(connection, pins, material, pd.concat(moments)) if estimated else None,
    )


def _tables(connection: Connection, pins: Pins, material: Material, moments: pd.DataFrame) -> Tables:
    """The four tables of the estimate. What a call was joined to stays out of it, since that tells the outcome."""
    calls, snapshots = (
        tables.read_table(connection, kind, pins.loads.get(kind)) for kind in ("calls", "customer_snapshots")
    )
    known = with_moments(with_unlisted(calls, list(moments.index)), moments)
    holes = frozenset(material.loads["outcomes"].get("holes", ()))  # unknown of what an earlier version loaded
    return Tables(known, material.contracts, material.outcomes, snapshots, holes)


def _pins(connection: Connection, night: Night) -> Pins:
    versions = night.versions
    return Pins(night.run_id, versions.speech, versions.tagging, versions.formula, tables.current_loads(connection))


def _code(body: Mapping[str, Any]) -> ExitCode:
    return ExitCode.SOME_QUARANTINED if body["coverage"]["files"]["quarantined"] else ExitCode.DONE


def _writing(night: Night, body: dict[str, Any], material: Material) -> Write:
    def write(folder: Path) -> list[Path]:
        with night.store.reading() as connection:
            joiner = Joiner(material.ledger)
            return write_report(body, each_part(connection, _pins(connection, night), joiner), folder)

    return write


def _contribution(night: Night, found: _Found, before: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The estimate from all calls with what the night found in them; the last one again if nothing in it changed."""
    if (given := found.tables) is None:
        return None
    earlier: dict[str, Any] | None = (before or {}).get("contribution")
    as_of = last_day(given, datetime.now(TOKYO).date())
    if as_of is None or is_of(earlier, given):
        return earlier
    night.progress.stage(Text("貢献の推定", "Contribution"), 1)
    detector = detector_of(night.settings.moments) if found.body["coverage"]["calls"]["analysed"] else None
    document = contribution_document(given, as_of, closer=True, detector=detector)
    night.progress.step(f"{document['status']} {as_of}")
    return document


def detector_of(settings: MomentsSettings) -> dict[str, tuple[float, float]]:
    """Precision and recall of the operator's labels at the thresholds in force; sentence by sentence, so that those of
    whole calls, which the estimate rests on, are somewhat better."""
    return {item.label: (item.precision, item.recall) for item in expectations(settings) if item.label in CATEGORIES}


def _show_held_back(held_back: Sequence[recordings.FileState], progress: Progress) -> None:
    """What is held back, by reason, with what to do about it. Names of files are not for logs: `kouken status`."""
    alike: dict[tuple[Reason, str], list[str]] = {}
    for file in held_back:
        if file.reason:
            alike.setdefault((file.reason, file.detail), []).append(ledger.log_name(file.recording_id))
    for (reason, detail), names in alike.items():
        some = " ".join([name for name in dict.fromkeys(names) if name][:MOST_NAMED])
        what, told = " ".join(filter(None, (reason, detail))), REASON_TEXTS[reason]
        which_ja, which_en = (f"({some})", f" ({some})") if some else ("", "")
        ja, en = f"隔離 {what} {len(names)} 件{which_ja}", f"Quarantined {what}: {len(names)}{which_en}"
        progress.note(Text(f"{ja}: {told.ja}", f"{en}: {told.en}"))


def _show_files(files: Mapping[str, int], progress: Progress) -> None:
    """The four numbers that add up."""
    ja = "録音 {found} = 済み {done} + 待ち {waiting} + 隔離 {quarantined} + 対象外 {skipped}"
    en = "Recordings {found} = done {done} + waiting {waiting} + quarantined {quarantined} + skipped {skipped}"
    progress.note(Text(ja.format_map(files), en.format_map(files)))


def _material(connection: Connection, night: Night) -> Material:
    pinned, speech = tables.current_loads(connection), night.versions.speech
    contracts, outcomes = (tables.read_table(connection, kind, pinned.get(kind)) for kind in ("contracts", "outcomes"))
    return Material(
        run_id=night.run_id,
        made_at=datetime.now(UTC),
        versions=night.versions.to_json(),
        loads=tables.load_facts(connection),
        files=recordings.state_counts(connection, night.run_id, speech),
        held_back=recordings.file_states(connection, night.run_id, speech, state="quarantined"),
        contracts=contracts,
        outcomes=outcomes,
    )
