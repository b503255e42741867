"""What we write is read back the same; what others write is read, or refused with its reason."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import BadInput
from pipeline.formats.captions import to_csv, to_srt, to_webvtt
from pipeline.formats.interchange import transcript_to_json
from pipeline.formats.read import holds_transcript, read_transcript_file
from pipeline.formats.shapes import BrokenTranscript
from pipeline.formats.write import FORMATS, write_transcript
from pipeline.records import (
    Acoustics,
    AudioFacts,
    Correction,
    MaskedRange,
    ModelInfo,
    Speaker,
    Transcript,
    Utterance,
    Word,
)
from pipeline.store.connect import Store
from pipeline.store.schema import recordings
from pipeline.store.transcripts import read_transcript, save_transcript
from tests.api.world import fill, plain_calls

AUDIO = AudioFacts(1.0, 0, 0, "", "json", None, None)
MODEL = ModelInfo("imported", "json", "0" * 64)
SPEAKERS: list[Speaker] = ["operator", "customer", "unknown"]
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)
UTTERANCES = st.builds(
    lambda who, text, start, length: Utterance(who, text, start_ms=start, end_ms=start + length),
    st.sampled_from(SPEAKERS),
    TEXTS,
    st.integers(0, 36_000_000),
    st.integers(0, 60_000),
)
CALL = Transcript(
    "call-1",
    None,
    None,
    {},
    (
        Utterance("operator", "お電話ありがとうございます。", start_ms=0, end_ms=2500, confidence=0.9),
        Utterance("customer", "<解約> & 相談 --> です。", start_ms=3000, end_ms=5000, flags=("backchannel",)),
        Utterance("unknown", "=1+1", start_ms=3_600_000, end_ms=3_661_005),
    ),
)


def said(transcript: Transcript) -> list[tuple[str, str, int | None, int | None]]:
    return [(u.speaker, u.text, u.start_ms, u.end_ms) for u in transcript.utterances]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_comes_back(tmp_path: Path, name: str) -> None:
    write_transcript(CALL, tmp_path, "call-1", [name])
    read = read_transcript_file(tmp_path / f"call-1{FORMATS[name][0]}")
    assert said(read) == said(CALL)
    assert read.call_id == "call-1"


@given(st.lists(UTTERANCES, min_size=1, max_size=5))
def test_any_text_survives_captions_and_tables(
    tmp_path_factory: pytest.TempPathFactory, lines: list[Utterance]
) -> None:
    folder = tmp_path_factory.mktemp("read")
    call = Transcript("c", None, None, {}, tuple(lines))
    (folder / "c.vtt").write_text(to_webvtt(call), encoding="utf-8")
    (folder / "c.csv").write_text(to_csv(call), encoding="utf-8-sig", newline="")
    for name in ("c.vtt", "c.csv"):
        assert said(read_transcript_file(folder / name)) == said(call)


def test_srt_of_either_language_names_its_speakers(tmp_path: Path) -> None:
    for language in ("ja", "en"):
        (tmp_path / "a.srt").write_text(to_srt(CALL, language), encoding="utf-8")
        assert said(read_transcript_file(tmp_path / "a.srt")) == said(CALL)


def test_vtt_of_others_is_read(tmp_path: Path) -> None:
    text = """WEBVTT - title

STYLE
::cue { color: red }

NOTE hidden --> note

intro
00:01.500 --> 00:03.000 align:start
<v.loud Agent><b>はい</b>、&lt;担当&gt;
です。</v>

00:04.000 --> 00:05.000
<v Customer>解約</v><v 田中>横から</v>
"""
    (tmp_path / "a.vtt").write_text(text.replace("\n", "\r\n"), encoding="utf-8", newline="")
    assert said(read_transcript_file(tmp_path / "a.vtt")) == [
        ("operator", "はい、<担当>です。", 1500, 3000),
        ("customer", "解約", 4000, 5000),
        ("unknown", "横から", 4000, 5000),
    ]


def test_csv_of_cp932_with_japanese_headings_and_without_times(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("話者,発話\r\n担当者,はい。\r\nお客様,ええ。\r\n".encode("cp932"))
    assert said(read_transcript_file(tmp_path / "a.csv")) == [
        ("operator", "はい。", None, None),
        ("customer", "ええ。", None, None),
    ]


def test_vcon_of_others_is_read(tmp_path: Path) -> None:
    segment = {"speaker": "agent", "start": 1.5, "end": 2.0, "text": " はい。 "}
    analysis = {"type": "wtf_transcription", "vendor": "x", "encoding": "json", "body": {"segments": [segment]}}
    document = {"uuid": "u", "created_at": "2026-01-05T10:00:00+09:00", "subject": "c-9", "analysis": [analysis]}
    (tmp_path / "a.vcon.json").write_text(json.dumps(document), encoding="utf-8")
    read = read_transcript_file(tmp_path / "a.vcon.json")
    assert (read.call_id, said(read)) == ("c-9", [("operator", "はい。", 1500, 2000)])


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.txt", "はい", "a.txt"),
        ("a.vtt", "はい", "WebVTT"),
        ("a.vtt", "WEBVTT\n\nxx --> yy\nはい", "時刻"),
        ("a.srt", "", "発話がありません"),
        ("a.csv", "a,b\n1,2\n", "speaker"),
        ("a.csv", "speaker,text\noperator\n", "2 行目"),
        ("a.csv", "speaker,text,start_ms\noperator,はい,abc\ncustomer,ええ,2\n", "2 行目 start_ms: 整数"),
        ("a.csv", "speaker,text,start_ms,end_ms\noperator,はい,9,8\n", "2 行目 end_ms: 始まりより後"),
        ("a.csv", "speaker,text,confidence\n\noperator,はい,nan\n", "3 行目 confidence: "),
        ("a.csv", 'speaker,text\noperator,"はい\n', "CSV として"),
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nはい\n\n00:05.000 --> 00:04.000\nええ", "2 番目の字幕 end_ms"),
        ("a.srt", "1\n00:00:01,000 --> 9999:00:00,000\nはい\n", "1 番目の字幕 end_ms: 2147483647 以下"),
        ("a.csv", "call_id,speaker,text\na,operator,x\nb,operator,y\n", "一つの通話"),
        ("a.json", "{}", "書き起こし"),
        ("a.json", '{"payload": "x", "signatures": []}', "署名"),
        ("a.json", "[", "JSON"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, content: str, told: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match=told):
        read_transcript_file(tmp_path / name)


WHOLE = transcript_to_json(
    Transcript(
        "call-x",
        AudioFacts(12.5, 2, 8000, "pcm_mulaw", "wav", 12.5, 1.0, 1, ("bad_packets",)),
        ModelInfo("whisper-base", "1", "0" * 64),
        {"recipe": 4},
        (
            Utterance("operator", "マモルカです。", 0, 0, 900, 0.9, ("backchannel",), (Word(0, 900, 0, 6),)),
            Utterance("customer", "＊＊です。", 1, 1000, 1900, 0.8),
        ),
        (MaskedRange("name", 1, 1000, 1900),),
        (Correction(0, 0, 4, "守るか"),),
        Acoustics(12_500, 900, 900, 0.5, ((0, 1000),), ((3000, 7000),), 100, 7.5, 7.1, -21.5, -20.0, 62.5, "m-1"),
    )
)
OTHER_VALUES = [
    "null",
    "true",
    "-1",
    "1.5",
    "1e400",
    "NaN",
    str(2**31),
    "9" * 5000,
    '"秘密"',
    '"\\u0000"',
    "[]",
    "[7]",
    "{}",
]


def places_in(value: object, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list | tuple) else ()
    yield from ([place] if place else [])
    for key, item in items:
        yield from places_in(item, (*place, key))


def with_other(place: tuple[str | int, ...], value: str) -> str:
    """`WHOLE` as JSON, with another value at one place."""
    document = json.loads(json.dumps(WHOLE))
    holder = document
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = "OTHER"
    return json.dumps(document, ensure_ascii=False).replace('"OTHER"', value)


@pytest.mark.parametrize("value", OTHER_VALUES)
def test_any_value_at_any_place_is_kept_by_the_store_or_refused_with_its_place(
    tmp_path: Path, store: Store, value: str
) -> None:
    fill(store, plain_calls(1, "OP-1", "", 1))
    with store.reading() as connection:
        recording = connection.execute(sa.select(recordings.c.recording_id)).scalars().all()[0]
    path, outcomes = tmp_path / "a.json", set()
    for number, place in enumerate(places_in(WHOLE)):
        path.write_text(with_other(place, value), encoding="utf-8")
        try:
            read = read_transcript_file(path)
        except BrokenTranscript as error:
            assert error.place in ("JSON", "") or error.place.split(".")[0] in WHOLE
            assert "秘密" not in str(error)
            outcomes.add("refused")
            continue
        read = replace(read, call_id="call-x", audio=read.audio or AUDIO, model=read.model or MODEL)
        with store.writing() as connection:
            key = save_transcript(connection, recording, f"v{number}", read)
            assert read_transcript(connection, key, "call-x") == read
        outcomes.add("kept")
    assert "refused" in outcomes


@pytest.mark.parametrize("name", ["a.json", "a.vtt", "a.srt", "a.csv", "a.vcon.json"])
def test_broken_transcript_is_told_from_what_is_none(tmp_path: Path, name: str) -> None:
    written = {
        "a.json": (json.dumps(WHOLE)[:-9], '{"rows": [1'),
        "a.vtt": ("WEBVTT\n\nxx --> yy\nはい", "議事録"),
        "a.srt": ("1\nxx --> yy\nはい", None),
        "a.csv": ("speaker,text\noperator\n", "call_id,operator_id\n1,2\n"),
        "a.vcon.json": ('{"vcon": "0.4.0", "analysis": [{"type": "transcript", "body": "["}]}', '{"vcon": "0.4.0"}'),
    }
    broken, other = written[name]
    (tmp_path / name).write_text(broken, encoding="utf-8")
    assert holds_transcript(tmp_path / name)
    if other is not None:
        (tmp_path / name).write_text(other, encoding="utf-8")
        assert not holds_transcript(tmp_path / name)


def test_captions_that_cannot_be_opened_are_listed_and_other_files_not(tmp_path: Path) -> None:
    for name, is_listed in {"a.vtt": True, "a.srt": True, "a.csv": False, "a.json": False}.items():
        assert holds_transcript(tmp_path / name) is is_listed


def test_file_in_no_known_encoding_or_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_bytes(b"\xff\xfe\x00\x81")
    for name in ("a.srt", "gone.srt"):
        with pytest.raises(BadInput, match=name):
            read_transcript_file(tmp_path / name)
