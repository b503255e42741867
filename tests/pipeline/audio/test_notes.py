"""Every note that code can write is explained in both languages."""

import re
from pathlib import Path

from pipeline.audio.notes import NOTES

ROOT = Path(__file__).parents[3] / "pipeline"


SOURCES = ("audio/decode.py", "audio/channels.py", "audio/legs.py", "speech/transcribe.py")
WRITTEN = re.compile(
    r'^ +"([a-z_]+)": (?:partial|report\[|path\.suffix)|notes\.append\("([a-z_]+)"\)|facts\.notes, "([a-z_]+)"'
    r'|fromkeys\(\("([a-z_]+)"|"([a-z]+_speakers)"',
    re.MULTILINE,
)


def test_every_note_in_the_code_has_its_words() -> None:
    texts = [(ROOT / source).read_text(encoding="utf-8") for source in SOURCES]
    written = {name for text in texts for names in WRITTEN.findall(text) for name in names if name}
    assert len(written) >= 8
    assert written <= NOTES.keys()


def test_no_note_has_words_that_nothing_in_the_code_writes() -> None:
    sources = [path for path in ROOT.rglob("*.py") if path.name != "notes.py"]
    code = "".join(path.read_text(encoding="utf-8") for path in sources)
    numbered = {"silent_channel_0", "silent_channel_1"}
    assert [name for name in NOTES.keys() - numbered if f'"{name}"' not in code] == []
    assert 'f"silent_channel_{index}"' in code


def test_words_are_in_both_languages() -> None:
    for text in NOTES.values():
        assert text.ja.endswith("。")
        assert text.en.isascii()
