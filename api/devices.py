"""Which browser somebody has, in a few plain words: names of ours, never what the browser said."""

from fastapi import Request

from pipeline.store.sessions import Device

LONGEST_READ = 400  # characters; the names that count stand well before
BROWSERS = (  # most call themselves Chrome or Safari, too: the first that is found counts
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Windows NT", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


def device_of(request: Request) -> Device:
    """The browser and the system that the request names; what is none of these is unknown."""
    said = request.headers.get("user-agent", "")[:LONGEST_READ]
    return Device(_first(BROWSERS, said), _first(SYSTEMS, said))


def _first(names: tuple[tuple[str, str], ...], said: str) -> str | None:
    return next((name for sign, name in names if sign in said), None)
