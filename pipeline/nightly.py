"""The night, top to bottom: tables, archive, transcripts, tags and moments, scores, keeping periods, report."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir

from phrases.packing import forms_version
from pipeline.errors import ExitCode, KoukenError, Reason
from pipeline.language import Text
from pipeline.messages.forwarding import forwarded_afterwards
from pipeline.messages.notifying import told_by_rules
from pipeline.nights.carrying import MANY, carrier_of
from pipeline.nights.finding import find
from pipeline.nights.lock import night_lock
from pipeline.nights.night import WHISPER, Night, Recognition, Request, night_of
from pipeline.nights.reporting import report
from pipeline.nights.retagging import Tagged, tag
from pipeline.nights.scoring import tally_call
from pipeline.nights.space import check_reserve, told_when_full
from pipeline.nights.transcribing import transcribe
from pipeline.outcomes.columns import Kind
from pipeline.outcomes.configured import read_tables
from pipeline.outcomes.report import Loaded
from pipeline.processes.workers import where_it_failed
from pipeline.progress import Progress
from pipeline.protection.retention import keep_to_periods, trusted_now
from pipeline.records import Transcript
from pipeline.search.searching import index_new
from pipeline.settings import Settings
from pipeline.sources.configured import with_preset
from pipeline.store import audit, forms, ledger, runs, scores, search_index, transcripts
from pipeline.store.ledger import Claim, LeaseLost
from pipeline.store.migrate import open_store
from pipeline.store.statistics import refresh_statistics
from pipeline.tables.table_loading import store_loaded

FEW = 16  # transcripts read in one transaction
TAGGING = Text("場面の判定", "Moments")
BATCH = 200  # calls counted in one transaction


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
    settings = with_preset(settings)
    loaded = read_tables(request.tables, settings)
    check_reserve((settings.data_dir, Path(gettempdir())), settings.work.reserve_gib)
    with (
        night_lock(settings),
        told_when_full(settings.data_dir),
        open_store(settings.store_url) as store,
        forwarded_afterwards(store, settings.log, progress.note),
        told_by_rules(store, settings, progress.note),
        night_of(request, settings, store, progress, stop, recognition) as night,
    ):
        _show_problems(loaded, progress)
        _store_tables(night, loaded)
        loaded.clear()  # a large table would keep its memory for the rest of the night
        find(night)
        transcribe(night)
        _index(night)
        _tag(night)
        _score(night)
        _keep_to_periods(night)
        with store.writing() as connection:
            refresh_statistics(connection)
        return report(night, request.out)


def _show_problems(loaded: Mapping[Kind, Loaded], progress: Progress) -> None:
    for table in loaded.values():
        for problem in table.report.problems:
            progress.note(problem.logged)


def _store_tables(night: Night, loaded: Mapping[Kind, Loaded]) -> None:
    with night.store.writing() as connection:
        for table in loaded.values():
            store_loaded(connection, table)


def _index(night: Night) -> None:
    """Make what was said tonight findable."""
    with night.store.reading() as connection:
        total = search_index.count_unindexed(connection)
    night.progress.stage(Text("検索の準備", "Search index"), total)
    index_new(night.store, night.stop, lambda transcript_id: night.progress.step(f"transcript:{transcript_id}"))
    if night.stop():
        night.stop_now()


def _tag(night: Night) -> None:
    """Every transcript that this dictionary and these rules have not met, with what is counted in it."""
    speech = night.versions.speech
    version = ledger.tag_version(speech, night.versions.tagging.version)
    with night.store.writing() as connection:
        ledger.open_transcripts(connection, speech, version)
        total = ledger.waiting(connection, "tag", version)
    night.progress.stage(TAGGING, total)
    carrier = carrier_of(night)
    while not night.stop():
        for claims in night.lease.batches("tag", version, MANY if carrier else FEW, night.stop):
            rest = carrier.carry(night, claims) if carrier else claims
            for start in range(0, len(rest), FEW):
                if not night.stop():
                    _tag_few(night, rest[start : start + FEW])
        if night.stop() or night.lease.others_are_done("tag", version, night.stop):
            break
    if night.stop():
        night.stop_now()


def _tag_few(night: Night, claims: Sequence[Claim]) -> None:
    """Commit what a few transcripts hold at once: to find it again costs less than a commit for each."""
    versions, analyser = night.versions, forms_version()
    rules = versions.tagging.rules_version
    with night.store.reading() as connection:
        heard = [transcripts.read_of(connection, claim.recording_id, versions.speech) for claim in claims]
        kept = [forms.read_kept(connection, key, analyser, rules) for key, _ in heard]
    found = [_look(night, transcript, known) for (_, transcript), known in zip(heard, kept, strict=True)]
    with night.store.writing() as connection:
        for claim, (key, transcript), result in zip(claims, heard, found, strict=True):
            with suppress(LeaseLost):  # another night took it over while this one was frozen: its result stands
                if isinstance(result, str):
                    ledger.settle(connection, claim, "quarantined", reason=Reason.ANALYSIS_FAILED, detail=result)
                    continue
                ledger.settle(connection, claim, "done")
                if result.new_forms is not None:
                    forms.save_forms(connection, key, analyser, result.new_forms)
                tagging_id = transcripts.save_tagging(connection, key, versions.tagging, result.tags, result.moments)
                tally = tally_call(transcript, result.tags, result.moments)
                scores.save_score(connection, tagging_id, versions.formula, tally)
    for claim in claims:
        night.progress.step(ledger.log_name(claim.recording_id))


def _look(night: Night, transcript: Transcript, kept: forms.Kept) -> Tagged | str:
    """Tags and moments, or where it failed: one bad call must not end the night."""
    try:
        return tag(night.tagger, transcript, kept)
    except KoukenError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a text makes of a library
        return where_it_failed(error)


def _score(night: Night) -> None:
    """Count every call that was tagged in an earlier night and that this version of the formula has not met."""
    versions, last = night.versions, 0
    pins = (versions.speech, versions.tagging, versions.formula)
    while not night.stop():
        with night.store.writing() as connection:
            calls = scores.unscored(connection, *pins, after=last, limit=BATCH)
            for call in calls:
                transcript = transcripts.read_transcript(connection, call.transcript_id, call.call_id)
                tags = transcripts.read_tags(connection, call.tagging_id)
                moments = transcripts.read_moments(connection, call.tagging_id)
                scores.save_score(connection, call.tagging_id, versions.formula, tally_call(transcript, tags, moments))
        if len(calls) < BATCH:
            return
        last = calls[-1].tagging_id
    night.stop_now()


def _keep_to_periods(night: Night) -> None:
    """Before the report, so that it counts what is still there."""
    with night.store.reading() as connection:
        now = trusted_now(datetime.now(UTC), runs.night_before(connection, night.run_id))
    kept = keep_to_periods(night.store, night.settings, audit.system_user(), now, stop=night.stop)
    if any(kept.to_json().values()):
        night.progress.note(kept.as_text())
    if night.stop():
        night.stop_now()
