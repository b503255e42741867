"""A small support centre in a store, built by hand: every state that the pages have to show is in it once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from models.scoring import FORMULA
from pipeline.errors import Reason
from pipeline.nights.archive import ArchiveFile, hash_file
from pipeline.nights.keeping import count_beforehand
from pipeline.nights.scoring import tally_call
from pipeline.outcomes.columns import DTYPES, SHAPES, Kind
from pipeline.outcomes.join import Joiner
from pipeline.records import AudioFacts, MaskedRange, ModelInfo, Moment, Tag, Transcript, Utterance
from pipeline.reports.build import CallSums, Material, build_report
from pipeline.reports.cells import ConversationCells
from pipeline.reports.parts import each_part
from pipeline.store import ledger, recordings, reports, runs, scores, tables, transcripts
from pipeline.store.call_facts import count_few
from pipeline.store.connect import Store
from pipeline.store.pages import Pins
from tests.pipeline.audio.making import speechlike, write_wav

TAGGING = transcripts.Tagging("d1c7", "moments-1")
VERSIONS = {
    "kouken": "0.1.0",
    "speech": "base-1",
    "dictionary": "d1c7",
    "rules": "moments-1",
    "formula": FORMULA.version,
}
MODEL = ModelInfo("whisper-base", "1", "0" * 64)
ARCHIVE = Path("/srv/recordings")


@dataclass(frozen=True)
class Said:
    """One analysed call and its row in the calls table."""

    call_id: str
    utterances: tuple[Utterance, ...]
    tags: tuple[Tag, ...] = ()
    moments: tuple[Moment, ...] = ()
    masked: tuple[MaskedRange, ...] = ()
    row: dict[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    coverage: float | None = 1.0
    is_masked: bool = True


def say(speaker: str, start_ms: int, end_ms: int, text: str, *flags: str) -> Utterance:
    """One utterance."""
    channel = 0 if speaker == "operator" else 1
    return Utterance(speaker, text, channel, start_ms, end_ms, 0.91, flags)  # type: ignore[arg-type]


def hit(utterance: int, text: str, words: str, label: str, phrase_id: str, **more: object) -> Tag:
    """The tag on `words` where they stand in `text`."""
    start = text.index(words)
    values = {"match_level": "surface", "confidence": 0.9, "cancelled_by": None} | more
    return Tag(utterance, start, start + len(words), label, "phrase", phrase_id, **values)  # type: ignore[arg-type]


TELLING = "それでしたら、見逃し配信という機能がございまして、一緒に設定してみましょうか。"
SCENE = "仕事帰りにビール片手に、ソファーで寝そべって見ると最高ですよ。"
NO_PLAN = "今回は、無理におすすめできるプランはございません。"
OFFER = "よろしければ、スポーツパックのお見積もりをお送りしましょうか。"


def telling_call() -> Said:
    """A call with all three moments, a cancelled hit, a masked number, a back-channel and a suspect utterance."""
    utterances = (
        say("operator", 1_200, 5_800, "お電話ありがとうございます、サポート担当の佐伯でございます。"),
        say("customer", 6_400, 13_900, "あの、昨日の試合を見逃してしまって、後から見る方法ってありますか。"),
        say("operator", 14_300, 24_600, TELLING),
        say("customer", 25_000, 27_100, "え、そんなのあるんですか。"),
        say("operator", 27_500, 34_200, SCENE),
        say("customer", 34_300, 34_900, "ええ。", "backchannel"),
        say("customer", 36_000, 41_700, "電話番号は[電話番号]です。"),
        say("operator", 43_000, 48_200, NO_PLAN),
        say("operator", 48_500, 55_000, OFFER),
        say("customer", 55_600, 58_900, "はい、ぜひお願いします。"),
        say("operator", 70_000, 71_000, "ご視聴ありがとうございました。", "suspect_invented"),
    )
    return Said(
        "20261003-0017",
        utterances,
        (
            hit(2, TELLING, "一緒に設定してみましょうか", "enablement", "enablement-014"),
            hit(3, "え、そんなのあるんですか。", "そんなのあるんですか", "interest", "interest-003"),
            hit(4, SCENE, "ソファーで寝そべって", "appeal", "appeal-021", match_level="reading", confidence=0.72),
            hit(7, NO_PLAN, "おすすめできるプラン", "proposal", "proposal-002", cancelled_by="negation"),
            hit(8, OFFER, "お見積もりをお送りしましょうか", "proposal", "proposal-031", match_level="normalized"),
        ),
        (
            Moment("enablement", (2,), 0.9, ("phrase:enablement-014",), "welcomed"),
            Moment("interest", (3,), 0.9, ("phrase:interest-003",)),
            Moment("appeal", (4,), 0.72, ("phrase:appeal-021", "classifier"), "none"),
            Moment("proposal", (8,), 0.9, ("phrase:proposal-031",), "accepted"),
        ),
        (MaskedRange("phone", 6, 37_000, 41_000),),
        {
            "started_at": datetime(2026, 10, 3, 5, 5, tzinfo=UTC),
            "operator_id": "OP-017",
            "operator_name": "佐伯 恵",
            "team": "第一課",
            "customer_id": "C-00421",
            "contract_id": "K-00421",
            "reason": "使い方",
            "queue": "視聴サポート",
        },
        ("silent_channel_1",),
        0.98,
    )


def plain_calls(number: int, operator_id: str, name: str, first_day: int) -> list[Said]:
    """So many calls of one operator, enough for an interval from ten on; each third has a declined proposal."""
    return [_plain_call(index, operator_id, name, first_day) for index in range(number)]


def _plain_call(index: int, operator_id: str, name: str, first_day: int) -> Said:
    length = 90_000 + 7_000 * index
    utterances = (
        say("operator", 0, length // 2, "お調べいたします。このままお待ちください。"),
        say("customer", length // 2, length // 2 + 3_000, "もう解約したいんです。"),
        say("operator", length // 2 + 4_000, length, OFFER),
        say("customer", length, length + 2_000, "うちは結構です。"),
    )
    moments = [Moment("enablement", (0,), 0.8, ("classifier",), "deferred")] * (index % 2)
    if index % 3 == 0:
        moments.append(Moment("churn_risk", (1,), 0.9, ("classifier",)))
        moments.append(Moment("proposal", (2,), 0.9, ("phrase:proposal-031",), "declined"))
        moments.append(Moment("decline", (3,), 0.9, ("classifier",)))
    started = datetime(2026, 10, first_day, 1, 30, tzinfo=UTC) + timedelta(days=index // 3, minutes=37 * index)
    row = {"started_at": started, "operator_id": operator_id, "operator_name": name, "team": "第二課"}
    row |= {"customer_id": f"C-{index:05d}", "contract_id": f"K-{index:05d}"}
    return Said(f"{operator_id}-{index:03d}", utterances, (), tuple(moments), row=row)


def all_calls() -> list[Said]:
    """What the ordinary night has analysed."""
    unlisted = Said("no-row-in-the-table", telling_call().utterances)
    hostile = Said(
        "C/../&<b>'\"?#",
        (say("operator", 0, 40_000, "<script>alert(1)</script>とおっしゃる…"),),
        row={
            "started_at": datetime(2026, 10, 9, 15, 30, tzinfo=UTC),
            "operator_id": "OP/<i>x",
            "operator_name": "<img src=x>",
        },
    )
    return [
        telling_call(),
        *plain_calls(12, "OP-002", "高橋 﨑子", 5),
        *plain_calls(4, "OP-009", "𠮷田 一", 12),
        unlisted,
        hostile,
    ]


def frame_of(kind: Kind, rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    """Rows as the canonical frame of a table."""
    columns = SHAPES[kind].columns
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    frame = frame.astype({column.name: DTYPES[column.holds] for column in columns})
    frame["simulated"] = True
    return frame.assign(line=range(2, len(frame) + 2))


def contract_rows() -> list[dict[str, object]]:
    """Thirteen customers since 2025, each with one contract."""
    numbers = [*range(12), 421]
    start = pd.Timestamp(2025, 2, 1)
    return [
        {"contract_id": f"K-{n:05d}", "customer_id": f"C-{n:05d}", "started_on": start, "mrr_yen": 30_000 + 1_000 * n,
         "plan": "ベーシック"}
        for n in numbers
    ]  # fmt: skip


def outcome_rows() -> list[dict[str, object]]:
    """A renewal, an upsell and a churn."""

    def event(contract: int, on: str, kind: str, before: int, after: int) -> dict[str, object]:
        return {"contract_id": f"K-{contract:05d}", "on": pd.Timestamp(on), "kind": kind, "mrr_before_yen": before,
                "mrr_after_yen": after, "event_id": f"E{contract}{kind}"}  # fmt: skip

    return [
        event(421, "2026-10-28", "renewed", 451_000, 451_000),
        event(3, "2026-06-10", "upsell", 33_000, 41_000),
        event(5, "2026-09-30", "churned", 35_000, 0),
        event(8, "2025-11-02", "churned", 38_000, 0),
    ]


def fill(
    store: Store,
    said: Sequence[Said] | None = None,
    archive: Path = ARCHIVE,
    contribution: dict[str, Any] | None = None,
) -> int:
    """One finished night over these calls, with its report; the id of the run."""
    said = all_calls() if said is None else said
    with store.writing() as connection:
        run_id = runs.start_run(connection, str(archive), VERSIONS)
        _store_inputs(connection, said)
        _store_files(connection, run_id, said, archive)
        claims = _claims(connection, run_id)
        for item in said:
            _store_call(connection, item, claims[item.call_id])
        ledger.release(connection, [run_id])
        _store_report(connection, run_id, contribution)
        runs.finish_run(connection, run_id, "done")
    return run_id


def fill_with_recording(store: Store, archive: Path) -> Path:
    """One finished night over the telling call, whose recording lies in this archive; where."""
    recording = archive / place_of(telling_call().call_id)
    recording.parent.mkdir(parents=True)
    write_wav(recording, speechlike(72))
    fill(store, [telling_call()], archive)
    return recording


def _store_inputs(connection: Connection, said: Sequence[Said]) -> None:
    rows: dict[Kind, list[dict[str, object]]] = {
        "calls": [{"call_id": item.call_id, **item.row} for item in said if item.row],
        "contracts": contract_rows(),
        "outcomes": outcome_rows(),
    }
    for kind, values in rows.items():
        frame = frame_of(kind, values)
        load_report = {
            "file": f"{kind}.csv",
            "rows_read": len(frame),
            "rows_kept": len(frame),
            "counts": {"time_unknown": 1},
        }
        tables.store_table(
            connection, kind, frame, file_name=f"{kind}.csv", sha256=kind, report=load_report, complete=kind != "calls"
        )


def place_of(call_id: str) -> str:
    """Where the recording of a call lies in the archive."""
    return f"2026/10/{call_id}.wav"


def _content(path: Path, number: int) -> str:
    return hash_file(path) if path.is_file() else f"{number:064d}"


def _store_files(connection: Connection, run_id: int, said: Sequence[Said], archive: Path) -> None:
    places = [place_of(item.call_id) for item in said]
    found = [
        ArchiveFile(place, 10, 10, _content(archive / place, number), item.call_id, "file_name")
        for number, (place, item) in enumerate(zip(places, said, strict=True))
    ]
    first = found[0]
    found += [
        ArchiveFile("2026/10/copy.wav", 10, 10, first.sha256, first.call_id, "duplicate", detail=first.relative),
        ArchiveFile("2026/10/<b>本物ではない</b>.wav", 4, 10, "e" * 64, "broken", "unlisted", Reason.NOT_AUDIO),
        ArchiveFile("2026/10/tomorrow.wav", 4, 10, "f" * 64, "tomorrow", "unlisted"),
    ]
    recordings.remember_files(connection, run_id, str(archive), found)
    ledger.open_recordings(connection, run_id, VERSIONS["speech"])


def _claims(connection: Connection, run_id: int) -> dict[str, ledger.Claim]:
    """The recordings of these calls in hand; what else the archive holds goes on waiting."""
    held = ledger.claim(connection, run_id, "transcribe", VERSIONS["speech"], 1000)
    where = recordings.places(connection, run_id, [claim.recording_id for claim in held])
    return {where[claim.recording_id].call_id: claim for claim in held}


def _store_call(connection: Connection, item: Said, claim: ledger.Claim) -> None:
    version = VERSIONS["speech"]
    duration = max((utterance.end_ms or 0 for utterance in item.utterances), default=10_000) / 1000
    audio = AudioFacts(duration, 2, 8000, "pcm_mulaw", "wav", duration, item.coverage, 0, item.notes)
    transcript = Transcript(
        item.call_id, audio, MODEL, {"beam_size": 5, "mask": item.is_masked}, item.utterances, item.masked
    )
    key = transcripts.save_transcript(connection, claim.recording_id, version, transcript)
    ledger.settle(connection, claim, "done")
    tagging_id = transcripts.save_tagging(connection, key, TAGGING, item.tags, item.moments)
    scores.save_score(connection, tagging_id, FORMULA.version, tally_call(transcript, item.tags, item.moments))


def _store_report(connection: Connection, run_id: int, contribution: dict[str, Any] | None) -> None:
    while count_few(connection, VERSIONS["speech"]):
        pass
    pinned = tables.current_loads(connection)
    contracts, outcomes = (tables.read_table(connection, kind, pinned.get(kind)) for kind in ("contracts", "outcomes"))
    material = Material(
        run_id=run_id,
        made_at=datetime(2026, 11, 20, 18, 12, tzinfo=UTC),
        versions=VERSIONS,
        loads=tables.load_facts(connection),
        files=recordings.state_counts(connection, run_id, VERSIONS["speech"]),
        held_back=recordings.file_states(connection, run_id, VERSIONS["speech"], state="quarantined"),
        contracts=contracts,
        outcomes=outcomes,
    )
    joiner, sums, cells = Joiner(material.ledger), CallSums(), ConversationCells(contracts)
    for part in each_part(connection, Pins(run_id, VERSIONS["speech"], TAGGING, FORMULA.version, pinned), joiner):
        sums.take(part)
        cells.take(part)
        if len(part.known):
            tables.save_joins(connection, run_id, tables.kept_of_joins(part.known))
    body = build_report(material, sums, joiner.report)
    reports.save_report(connection, run_id, body | ({"contribution": contribution} if contribution else {}))
    counted = count_beforehand(material, cells.frame(), sums.operator_names)
    for add, rows in counted.parts():
        add(connection, run_id, rows)
    counted.show(connection, run_id)
