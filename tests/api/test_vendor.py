"""What comes from other projects is as it was built: named, versioned, unchanged."""

import json
import re
from hashlib import sha256
from pathlib import Path

import api

VENDOR = Path(api.__file__).parent / "static" / "vendor"
FRONTEND = Path(api.__file__).parent / "frontend"
LISTED = json.loads((VENDOR / "manifest.json").read_text("utf-8"))


def test_every_file_is_listed_and_as_built() -> None:
    found = {path.name: sha256(path.read_bytes()).hexdigest() for path in VENDOR.glob("*.js")}
    assert found == {part["file"]: part["sha256"] for part in LISTED}


def test_versions_are_the_pinned_ones() -> None:
    pinned = json.loads((FRONTEND / "package.json").read_text("utf-8"))["devDependencies"]
    assert {part["package"]: part["version"] for part in LISTED}.items() <= pinned.items()


def test_notice_names_each() -> None:
    notice = (VENDOR.parents[2] / "NOTICE").read_text("utf-8").lower()
    assert all(name in notice for name in ("htmx", "wavesurfer.js", "echarts", "zrender"))


def test_our_scripts_keep_nothing_in_the_browser_and_change_no_prototype() -> None:
    """Neither stores nor merges, nor writes a property whose name was given; text is set as text."""
    forbidden = (
        r"\b(localStorage|sessionStorage|indexedDB|caches|document\.cookie|serviceWorker)\b"
        r"|__proto__|Object\.assign|setPrototypeOf|innerHTML|outerHTML|insertAdjacentHTML|\beval\b|new Function"
        r"|[\w)]\[[^\]\d][^\]]*\]\s*=[^=>]"
    )
    scripts = sorted((Path(api.__file__).parent / "static").glob("*.js"))
    assert len(scripts) >= 6
    for script in scripts:
        assert not (found := re.search(forbidden, script.read_text("utf-8"))), (script.name, found)
    for bad in ("a[name] = 1;", "Object.assign(a, b)", "localStorage.x = 1", "a.b[c.d] = e;"):
        assert re.search(forbidden, bad)
