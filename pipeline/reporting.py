"""The last stage of the night: everything found, joined with contracts and outcomes, kept and written as a report."""

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.contribution.tables import Tables, last_day
from models.scoring import CATEGORIES
from pipeline.contribution import contribution_document, is_of, with_moments
from pipeline.errors import ExitCode
from pipeline.expected import expectations
from pipeline.keeping import count_beforehand, count_spoken
from pipeline.language import Text
from pipeline.night import Night
from pipeline.outcomes.join import join_calls
from pipeline.progress import Progress
from pipeline.reports.build import TOKYO, Material, build_report, rows_of, with_unlisted
from pipeline.reports.files import write_report
from pipeline.settings import MomentsSettings
from pipeline.store import copies, recordings, reports, runs, scores, tables
from pipeline.store.call_facts import read_facts
from pipeline.store.connect import Connection
from pipeline.store.kept import kept_facts


def report(night: Night, out: Path | None) -> ExitCode:
    """Join the calls with contracts and outcomes, add everything up, keep it and write it; once if nothing changed."""
    count_spoken(night.store, night.versions.speech)
    with night.store.reading() as connection:
        material = _material(connection, night)
        before = reports.latest_report(connection)
        kept = kept_facts(connection)
        facts = read_facts(connection, material.transcript_ids)
    body = build_report(material, _contribution(night, material, before))
    unchanged = reports.says_the_same(before, body)
    counted = None if unchanged and kept else count_beforehand(material, facts)
    with night.store.writing() as connection:
        if not unchanged:
            tables.save_joins(connection, night.run_id, material.join.calls)
            reports.save_report(connection, night.run_id, body)
        if counted:
            counted.keep(connection)
        runs.finish_run(connection, night.run_id, "done")
    _show_coverage(body["coverage"], night.progress)
    if unchanged:
        night.progress.note(Text("前の夜から変わったものはありません。", "Nothing has changed since the night before."))
    of_run = before["run_id"] if before and unchanged else night.run_id
    folder = out or night.settings.data_dir / "reports" / f"{of_run:06d}"
    if out:
        with night.store.writing() as connection:
            copies.remember(connection, "report", out)
        write_report(body, material, out)
    elif not folder.exists():  # though nothing changed: a full disk may have left the files to this night
        _write_whole(body, material, folder)
    else:
        return _code(body)
    night.progress.note(Text(f"レポート: {folder}", f"Report: {folder}"))
    return _code(body)


def _code(body: Mapping[str, Any]) -> ExitCode:
    return ExitCode.SOME_QUARANTINED if body["coverage"]["files"]["quarantined"] else ExitCode.DONE


def _write_whole(body: dict[str, Any], material: Material, folder: Path) -> None:
    """A folder with all of the report's files, or none."""
    making = folder.with_name(f".{folder.name}")
    shutil.rmtree(making, ignore_errors=True)
    try:
        write_report(body, material, making)
        making.replace(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _contribution(night: Night, material: Material, before: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The estimate from all calls with what the night found in them; the last one again if nothing in it changed."""
    if material.contracts.empty or material.outcomes.empty:
        return None
    given = Tables(
        with_moments(material.calls, list(material.analysed["call_id"]), material.tallies),
        material.contracts,
        material.outcomes,
        material.snapshots,
    )
    earlier: dict[str, Any] | None = (before or {}).get("contribution")
    as_of = last_day(given, datetime.now(TOKYO).date())
    if as_of is None or is_of(earlier, given):
        return earlier
    night.progress.stage(Text("貢献の推定", "Contribution"), 1)
    detector = detector_of(night.settings.moments) if material.tallies else None
    document = contribution_document(given, as_of, closer=True, detector=detector)
    night.progress.step(f"{document['status']} {as_of}")
    return document


def detector_of(settings: MomentsSettings) -> dict[str, tuple[float, float]]:
    """Precision and recall of the operator's labels at the thresholds in force; sentence by sentence, so that those of
    whole calls, which the estimate rests on, are somewhat better."""
    return {item.label: (item.precision, item.recall) for item in expectations(settings) if item.label in CATEGORIES}


def _show_coverage(coverage: Mapping[str, Any], progress: Progress) -> None:
    """The four numbers that add up, and every file that is held back with what to do about it."""
    for item in coverage["held_back"]:
        where = " ".join(part for part in (item["relative"], item["reason"], item["detail"]) if part)
        progress.note(Text(f"隔離 {where}: {item['ja']}", f"Quarantined {where}: {item['en']}"))
    ja = "録音 {found} = 済み {done} + 待ち {waiting} + 隔離 {quarantined} + 対象外 {skipped}"
    en = "Recordings {found} = done {done} + waiting {waiting} + quarantined {quarantined} + skipped {skipped}"
    progress.note(Text(ja.format_map(coverage["files"]), en.format_map(coverage["files"])))


def _material(connection: Connection, night: Night) -> Material:
    versions = night.versions
    pinned = tables.current_loads(connection)
    calls, contracts, outcomes, snapshots = (
        tables.read_table(connection, kind, pinned.get(kind)) for kind in tables.HISTORIES
    )
    tallied = list(scores.each_tally(connection, versions.speech, versions.tagging, versions.formula, night.run_id))
    analysed = [call.call_id for call, _ in tallied]
    known = with_unlisted(calls, analysed)
    join = join_calls(known, contracts, outcomes)
    return Material(
        run_id=night.run_id,
        made_at=datetime.now(UTC),
        versions=versions.to_json(),
        loads=tables.load_facts(connection),
        files=recordings.file_states(connection, night.run_id, versions.speech),
        calls=known,
        analysed=rows_of(analysed, join.calls),
        tallies=[tally for _, tally in tallied],
        transcript_ids=[call.transcript_id for call, _ in tallied],
        contracts=contracts,
        outcomes=outcomes,
        snapshots=snapshots,
        join=join,
    )
