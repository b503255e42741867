"""Names of files as they come: any bytes, any length. What people and other files are shown of them is text."""

import hashlib
import os

LONGEST = 200  # bytes of a name that is given: file systems take 255, and a suffix is still to be added


def as_text(name: str) -> str:
    """The name as text that can be written; bytes that are no UTF-8 stand as `\\xNN`.

    >>> as_text("通話"), as_text("a\\udcff")
    ('通話', 'a\\\\xff')
    """
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def one_line(name: str) -> str:
    """The name for a message: what is not printable, such as a line break, is written out.

    >>> one_line("a\\nb.wav")
    'a\\\\x0ab.wav'
    """
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in as_text(name))


def output_stem(stem: str) -> str:
    """The stem for a file made from one called `stem`: the same, unless it cannot be written or is too long.

    >>> output_stem("通話-1"), len(output_stem("x" * 251))
    ('通話-1', 200)
    """
    text = as_text(stem)
    raw = text.encode()
    if len(raw) <= LONGEST:
        return text
    mark = "~" + hashlib.sha256(raw).hexdigest()[:8]  # two long names may begin alike
    return raw[: LONGEST - len(mark)].decode("utf-8", "ignore") + mark
