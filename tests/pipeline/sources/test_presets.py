"""What the names of each recorder tell; a name that tells nothing is dated nowhere, never now."""

import json
from pathlib import Path

import pytest

from pipeline.cli import run
from pipeline.errors import BadInput
from pipeline.settings import Settings, SourcePreset, SourcesSettings
from pipeline.sources.configured import preset_named, with_preset
from pipeline.sources.preset import ParsedName
from pipeline.sources.shipped import SHIPPED
from pipeline.sources.sidecar import with_sidecar

UUID = "12345678-90ab-cdef-1234-567890abcdef"


def told(preset: str, name: str) -> dict[str, str]:
    parsed = SHIPPED[preset].parse(name)
    began = {"began": parsed.started_at.isoformat()} if parsed.started_at else {}
    problem = {"problem": parsed.problem} if parsed.problem else {}
    return {**parsed.fields, **began, **problem}


@pytest.mark.parametrize(
    ("preset", "name", "expected"),
    [
        (
            "freepbx",
            "monitor/2026/11/22/out-0312345678-2001-20261122-140509-1795323909.77.wav",
            {
                "direction": "outbound", "phone": "0312345678", "operator_id": "2001",
                "call_id": "1795323909.77", "began": "2026-11-22T14:05:09+09:00",
            },
        ),
        (
            "freepbx",
            "2026/11/22/external-2001-09012345678-20261122-235959-1795359599.1-in.WAV",
            {
                "direction": "inbound", "operator_id": "2001", "phone": "09012345678",
                "call_id": "1795359599.1", "began": "2026-11-22T23:59:59+09:00",
            },
        ),
        (
            "freepbx",
            "q-600-09012345678-20261122-000000-1795273200.12a.wav",
            {
                "direction": "inbound", "queue": "600", "phone": "09012345678",
                "call_id": "1795273200.12", "began": "2026-11-22T00:00:00+09:00",
            },
        ),
        (
            "freepbx",
            "in-0312345678-0901-20261122-240000-1795359600.1.wav",
            {"direction": "inbound", "phone": "0901", "call_id": "1795359600.1", "began": "2026-11-23T00:00:00+09:00"},
        ),
        (
            "freepbx",
            "generic-0312345678-unknown-20261345-140509-1795359600.1.wav",
            {"direction": "inbound", "call_id": "1795359600.1", "problem": "time_unreadable"},
        ),
        (
            "freepbx",
            "exten-2001-0901-20261122-140509-1795323909.1.wav",
            {"operator_id": "2001", "phone": "0901", "call_id": "1795323909.1", "began": "2026-11-22T14:05:09+09:00"},
        ),
        (
            "freepbx",
            "internal-2001-2002-20261122-140509-1795323909.2.wav",
            {"direction": "internal", "call_id": "1795323909.2", "began": "2026-11-22T14:05:09+09:00"},
        ),
        (
            "freepbx",
            "force-0901-3201-20261122-140509-1795323909.3.wav",
            {"call_id": "1795323909.3", "began": "2026-11-22T14:05:09+09:00"},
        ),
        ("freepbx", "voicemail.wav", {"problem": "name_unreadable"}),
        ("connect", f"x/22/{UUID}_20261121T15:30_UTC.wav", {"call_id": UUID, "began": "2026-11-21T15:30:00+00:00"}),
        ("connect", f"{UUID}_20261121T15%3A30_UTC.wav", {"call_id": UUID, "began": "2026-11-21T15:30:00+00:00"}),
        ("genesys", "org/year=2026/month=11/day=21/hour=15/conversation_id=abc/rec-1.opus", {"call_id": "abc"}),
        ("biztel", "20260101000000000123.wav", {"call_id": "20260101000000000123"}),
        (
            "biztel",
            "rec_20260101000000000123_20260101_093000.wav",
            {"call_id": "20260101000000000123", "began": "2026-01-01T09:30:00+09:00"},
        ),
        ("miitel", "a1b2-c3.mp3", {"call_id": "a1b2-c3"}),
        ("calls", "whatever.wav", {}),
        ("vcon", "whatever.wav", {}),
    ],
)  # fmt: skip
def test_shipped_presets_read_their_names(preset: str, name: str, expected: dict[str, str]) -> None:
    assert told(preset, name) == expected


def test_every_shipped_preset_refuses_none_of_its_own_rules() -> None:
    assert {"freepbx", "genesys", "connect", "biztel", "miitel", "calls", "vcon"} == set(SHIPPED)


def test_own_preset_is_read_from_the_settings() -> None:
    own = SourcePreset(pattern=r"(?P<operator_id>\w+)/(?P<call_id>\w+)_(?P<epoch>\d{10})", zone="UTC")
    settings = Settings(sources=SourcesSettings(preset="mine", presets={"mine": own}))
    parsed = preset_named("mine", settings).parse("OP1/C7_1795273200.wav")
    assert (parsed.fields, parsed.started_at and parsed.started_at.timestamp()) == (
        {"operator_id": "OP1", "call_id": "C7"},
        1795273200.0,
    )


@pytest.mark.parametrize("bad", [{"pattern": "(?P<call_id"}, {"pattern": "(?P<nonsense>x)"}, {"zone": "Asia/Nowhere"}])
def test_own_preset_that_cannot_work_is_refused_with_its_name(bad: dict[str, str]) -> None:
    settings = Settings(sources=SourcesSettings(presets={"mine": SourcePreset(**bad)}))
    with pytest.raises(BadInput) as error:
        preset_named("mine", settings)
    assert "mine" in error.value.render("ja")


@pytest.mark.parametrize("year", ["0001", "1970", "2201", "9999"])
def test_time_in_which_nobody_called_is_unknown_and_said_to_be(tmp_path: Path, year: str) -> None:
    """A recorder whose clock was never set; the first and the last year cannot even be told in UTC."""
    assert told("biztel", f"12345678901234567890_{year}0101_093000.wav")["problem"] == "time_unreadable"
    document = {"conversationId": "abc", "startTime": f"{year}-01-01T00:00:00Z", "agentId": "OP9"}
    parsed = beside(tmp_path, json.dumps(document).encode())
    assert (parsed.started_at, parsed.fields["operator_id"]) == (None, "OP9")


def test_preset_says_which_channel_is_the_operators() -> None:
    settings = with_preset(Settings(sources=SourcesSettings(preset="connect")))
    assert settings.speech.operator_channel == 1


def beside(tmp_path: Path, content: bytes, name: str = "rec_metadata.json") -> ParsedName:
    (tmp_path / name).write_bytes(content)
    return with_sidecar(ParsedName({"call_id": "abc"}), SHIPPED["genesys"], tmp_path / "rec.opus")


def test_sidecar_tells_what_the_name_does_not(tmp_path: Path) -> None:
    document = {"conversationId": "abc", "startTime": "2026-11-21T15:30:00Z", "agent": {"id": "OP9"}}
    parsed = beside(tmp_path, json.dumps(document).encode())
    assert parsed.fields == {"call_id": "abc", "operator_id": "OP9"}
    assert parsed.started_at is not None and parsed.started_at.isoformat() == "2026-11-21T15:30:00+00:00"


def test_sidecar_with_what_is_no_character_refuses_no_table(tmp_path: Path) -> None:
    assert beside(tmp_path, b'{"agent": {"id": "OP\\u00009\\ud83d"}}').fields["operator_id"] == "OP�9�"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"{broken", "sidecar_unreadable"),
        (b"\xff\xfe\x00", "sidecar_unreadable"),
        (b"[" * 100_000, "sidecar_unreadable"),
        (b'{"a": "' + b"x" * (1 << 20) + b'"}', "sidecar_too_large"),
        (b'{"conversationId": "another"}', "sidecar_other_call"),
    ],
    ids=["broken", "bytes", "deep", "huge", "another call"],
)
def test_sidecar_that_cannot_be_used_is_a_warning_and_the_name_still_holds(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    parsed = beside(tmp_path, content)
    assert (parsed.fields, parsed.started_at, parsed.problem) == ({"call_id": "abc"}, None, problem)


def test_vcon_beside_the_recording_tells_its_time(tmp_path: Path) -> None:
    (tmp_path / "x.vcon.json").write_text('{"subject": "C1", "dialog": [{"start": "2026-11-21T15:30:00+09:00"}]}')
    parsed = with_sidecar(ParsedName(), SHIPPED["vcon"], tmp_path / "x.wav")
    assert parsed.call_id == "C1" and parsed.started_at is not None


def test_sources_try_shows_the_columns_and_what_cannot_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["out-0312345678-2001-20261122-140509-1795323909.77.wav", "voicemail.wav"]
    assert run(["sources", "try", "freepbx", *names, "--json"]) == 3
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert (rows[0]["operator_id"], rows[0]["problem"], rows[1]["problem"]) == ("2001", None, "name_unreadable")
    assert rows[1]["started_at"] is None
    assert run(["sources", "try", "freepbx", *names, "--lang", "ja"]) == 3
    assert "日時は不明" in capsys.readouterr().out


def test_sources_list_names_every_preset(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sources", "list", "--lang", "en"]) == 0
    assert all(name in capsys.readouterr().out for name in ["freepbx"])
