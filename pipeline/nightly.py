"""The night, top to bottom: tables, archive, transcripts, tags and moments, scores, contracts, report."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.contribution.tables import Tables, last_day
from pipeline.archive import ArchiveFile, assign_calls, find_files, hash_file
from pipeline.calls import call_records
from pipeline.contribution import contribution_document, is_of, with_moments
from pipeline.errors import ExitCode, ItemError, Reason, RowProblem, StoppedByLimit
from pipeline.language import Text
from pipeline.lock import night_lock
from pipeline.night import WHISPER, Night, Recognition, Request, begin
from pipeline.outcomes.columns import Kind
from pipeline.outcomes.configured import read_tables
from pipeline.outcomes.join import join_calls
from pipeline.outcomes.report import Loaded
from pipeline.progress import Progress
from pipeline.records import Transcript
from pipeline.reports.build import TOKYO, Material, build_report, rows_of, with_unlisted
from pipeline.reports.files import write_report
from pipeline.scoring import tally_call
from pipeline.settings import Settings
from pipeline.speech.work import TranscribeTask
from pipeline.store import recordings, reports, runs, scores, tables, transcripts
from pipeline.store.connect import Connection
from pipeline.store.migrate import open_store
from pipeline.workers import Done, Work, cpu_count, map_items

SLOWEST_BYTES_PER_SECOND = 600  # of any telephone codec: bounds the length of a file that is not decoded yet


def run_night(
    request: Request,
    settings: Settings,
    progress: Progress,
    stop: Callable[[], bool],
    recognition: Recognition = WHISPER,
) -> ExitCode:
    """Do what has not been done yet, and report. Raises `KoukenError`; whatever was committed before, stays.

    Every stage is one loop that commits item by item, so that an interrupted night goes on where it stopped.
    """
    loaded = read_tables(request.tables, settings)
    _show_problems(loaded, progress)
    with night_lock(settings.data_dir):
        store = open_store(settings.store_url)
        try:
            night = begin(request, settings, store, progress, stop, recognition)
            _store_tables(night, loaded)
            _find(night)
            _transcribe(night)
            _tag(night)
            _score(night)
            return _report(night, request.out)
        finally:
            store.close()


def _show_problems(loaded: Mapping[Kind, Loaded], progress: Progress) -> None:
    for table in loaded.values():
        for problem in table.report.problems:
            progress.note(_problem_text(problem))


def _problem_text(problem: RowProblem) -> Text:
    return Text(problem.render("ja"), problem.render("en"))


def _store_tables(night: Night, loaded: Mapping[Kind, Loaded]) -> None:
    with night.store.writing() as connection:
        for kind, table in loaded.items():
            tables.store_table(
                connection,
                kind,
                table.frame,
                file_name=table.report.file,
                sha256=table.report.sha256,
                report=table.report.to_json(),
                complete=kind != "calls",
            )


def _find(night: Night) -> None:
    """List the archive, read what is new or changed, and say which call each file belongs to."""
    with night.store.reading() as connection:
        known = recordings.known_files(connection, str(night.archive))
        calls = call_records(tables.read_table(connection, "calls", tables.current_loads(connection).get("calls")))
    found = find_files(night.archive, frozenset(call.recording for call in calls if call.recording))
    night.progress.stage(Text("録音を確認", "Recordings"), len(found))
    hashed = []
    for file in found:
        hashed.append(_with_hash(file, known, night.archive))
        night.progress.step(file.relative)
    with night.store.writing() as connection:
        recordings.remember_files(connection, night.run_id, str(night.archive), assign_calls(hashed, calls))
        recordings.open_items(connection, night.run_id, night.versions.speech)


def _with_hash(file: ArchiveFile, known: Mapping[str, recordings.KnownFile], archive: Path) -> ArchiveFile:
    if file.problem:
        return file
    before = known.get(file.relative)
    if before and (before.size_bytes, before.modified_ns) == (file.size_bytes, file.modified_ns):
        return replace(file, sha256=before.sha256)
    try:
        return replace(file, sha256=hash_file(archive / file.relative))
    except OSError as error:
        return replace(file, problem=Reason.IO_ERROR, detail=error.strerror or type(error).__name__)


def _transcribe(night: Night) -> None:
    """Every waiting recording once, in worker processes; one that dies on a file takes only that file with it."""
    with night.store.reading() as connection:
        waiting = recordings.waiting_items(connection, night.run_id, night.versions.speech)
    night.progress.stage(Text("書き起こし", "Transcription"), len(waiting))
    work = Work(night.recognition.transcribe, night.recognition.start, (night.settings,), lambda task: task.limit_s)
    tasks = [_task(night, item) for item in waiting]
    while tasks and not night.stop():
        again = []
        workers = min(night.settings.work.workers or cpu_count(), len(tasks))
        for done in map_items(work, tasks, workers=workers, stop=night.stop):
            if _settle(night, done):
                night.progress.step(done.item.relative)
            else:
                again.append(replace(done.item, attempts=done.item.attempts + 1))
        tasks = again
    if night.stop():
        _stop(night)


def _task(night: Night, item: recordings.LedgerItem) -> TranscribeTask:
    path = night.archive / item.relative
    longest_s = min(night.settings.speech.max_hours * 3600, path.stat().st_size / SLOWEST_BYTES_PER_SECOND)
    limit_s = 600 + night.settings.work.timeout_factor * longest_s
    return TranscribeTask(item.recording_id, item.attempts, path, item.relative, item.call_id, limit_s)


def _settle(night: Night, done: Done[TranscribeTask, Transcript]) -> bool:
    """Commit what became of one recording; False if it is to be tried again tonight."""
    key, version, attempts = done.item.recording_id, night.versions.speech, done.item.attempts + 1
    with night.store.writing() as connection:
        if done.result is not None:
            transcripts.save_transcript(connection, key, version, done.result)
            recordings.settle_item(connection, key, version, "done", attempts=attempts)
            return True
        error = done.error or ItemError(Reason.ANALYSIS_FAILED)
        final = not error.retryable or attempts >= night.settings.work.attempts
        state = "quarantined" if final else "waiting"
        recordings.settle_item(
            connection, key, version, state, reason=error.reason, detail=error.detail, attempts=attempts
        )
    return final


def _tag(night: Night) -> None:
    """Every transcript that this dictionary and these rules have not met."""
    versions = night.versions
    with night.store.reading() as connection:
        todo = transcripts.untagged(connection, versions.speech, versions.tagging)
    night.progress.stage(Text("場面の判定", "Moments"), len(todo))
    for transcript_id, call_id in todo:
        if night.stop():
            _stop(night)
        with night.store.reading() as connection:
            transcript = transcripts.read_transcript(connection, transcript_id, call_id)
        tags, moments = night.tagger.read(transcript)
        with night.store.writing() as connection:
            transcripts.save_tagging(connection, transcript_id, versions.tagging, tags, moments)
        night.progress.step(call_id)


def _score(night: Night) -> None:
    """Count every tagged call that this version of the formula has not met."""
    versions = night.versions
    with night.store.writing() as connection:
        for call in scores.unscored(connection, versions.speech, versions.tagging, versions.formula):
            tally = tally_call(
                transcripts.read_transcript(connection, call.transcript_id, call.call_id),
                transcripts.read_tags(connection, call.tagging_id),
                transcripts.read_moments(connection, call.tagging_id),
            )
            scores.save_score(connection, call.tagging_id, versions.formula, tally)


def _report(night: Night, out: Path | None) -> ExitCode:
    """Join the calls with contracts and outcomes, add everything up, keep it and write it; once if nothing changed."""
    with night.store.reading() as connection:
        material = _material(connection, night)
        before = reports.latest_report(connection)
    body = build_report(material, _contribution(night, material, before))
    unchanged = reports.says_the_same(before, body)
    with night.store.writing() as connection:
        if not unchanged:
            tables.save_joins(connection, night.run_id, material.join.calls)
            reports.save_report(connection, night.run_id, body)
        runs.finish_run(connection, night.run_id, "done")
    _show_coverage(body["coverage"], night.progress)
    if unchanged:
        night.progress.note(Text("前の夜から変わったものはありません。", "Nothing has changed since the night before."))
    if out or not unchanged:
        folder = out or night.settings.data_dir / "reports" / f"{night.run_id:06d}"
        write_report(body, material, folder)
        night.progress.note(Text(f"レポート: {folder}", f"Report: {folder}"))
    return ExitCode.SOME_QUARANTINED if body["coverage"]["files"]["quarantined"] else ExitCode.DONE


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
    document = contribution_document(given, as_of, closer=True)
    night.progress.step(f"{document['status']} {as_of}")
    return document


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
    tallied = list(scores.each_tally(connection, versions.speech, versions.tagging, versions.formula))
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
        contracts=contracts,
        outcomes=outcomes,
        snapshots=snapshots,
        join=join,
    )


def _stop(night: Night) -> None:
    with night.store.writing() as connection:
        runs.finish_run(connection, night.run_id, "stopped")
    raise StoppedByLimit(
        Text("途中で止めました。終わった分は保存してあります。", "Stopped. What was finished is kept."),
        remedy=Text("もう一度実行すると続きから進みます。", "Run again to go on from there."),
    )
