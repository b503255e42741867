"""Captions carry speaker and time, and nothing that was said can break out of them."""

import csv
import io

from pipeline.formats.captions import to_csv, to_srt, to_webvtt
from pipeline.records import Transcript, Utterance

CALL = Transcript(
    "call-1",
    None,
    None,
    {},
    (
        Utterance("operator", "お電話ありがとうございます。", 0, 1007, 3_723_456, 0.9),
        Utterance("customer", "<b>A&B-->解約</b>", 1, 3_724_000, 3_725_000, 0.8, ("backchannel",)),
        Utterance("customer", '=HYPERLINK("x"),改行\nあり'),
    ),
)


def test_webvtt_names_the_voice_and_escapes_what_was_said() -> None:
    assert to_webvtt(CALL) == (
        "WEBVTT\n\n"
        "00:00:01.007 --> 01:02:03.456\n<v オペレーター>お電話ありがとうございます。\n\n"
        "01:02:04.000 --> 01:02:05.000\n<v お客様>&lt;b&gt;A&amp;B--&gt;解約&lt;/b&gt;\n"
    )


def test_srt_is_numbered() -> None:
    assert to_srt(CALL, "en").startswith("1\n00:00:01,007 --> 01:02:03,456\noperator: お電話")
    assert to_srt(Transcript("c", None, None, {}, ())) == ""


def test_csv_reads_back_and_runs_nothing() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(CALL))))
    assert [row["speaker"] for row in rows] == ["operator", "customer", "customer"]
    assert rows[0]["start_ms"] == "1007"
    assert rows[1]["flags"] == "backchannel"
    assert rows[2]["text"] == "'" + CALL.utterances[2].text
