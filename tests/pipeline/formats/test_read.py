"""What we write is read back the same; what others write is read, or refused with its reason."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import BadInput
from pipeline.formats.captions import to_csv, to_srt, to_webvtt
from pipeline.formats.read import read_transcript_file
from pipeline.formats.write import FORMATS, write_transcript
from pipeline.records import Speaker, Transcript, Utterance

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
        ("a.csv", "speaker,text,start_ms\noperator,はい,abc\n", "2 行目"),
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


def test_file_in_no_known_encoding_or_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_bytes(b"\xff\xfe\x00\x81")
    for name in ("a.srt", "gone.srt"):
        with pytest.raises(BadInput, match=name):
            read_transcript_file(tmp_path / name)
