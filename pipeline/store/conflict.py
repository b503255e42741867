"""Two people changed the same item: both texts side by side, nothing overwritten."""

import difflib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.errors import BadInput, KoukenError
from pipeline.language import Language, Text

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Clash:
    """One item: what the editor started from, what stands there now, what he wants. None: not there."""

    kind: str
    name: str
    base: Fields | None
    theirs: Fields | None
    mine: Fields | None

    def diff(self) -> list[str]:
        """What stands there now against what the editor wants, line by line."""
        return list(difflib.unified_diff(_lines(self.theirs), _lines(self.mine), "いま", "こちら", lineterm="", n=1))


class Conflict(BadInput):
    """A save or a publication is refused whole, because it would overwrite what its author has not seen."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        self.clashes = tuple(clashes)
        count = len(self.clashes)
        super().__init__(
            Text(
                f"ほかの方の変更とぶつかりました({count} 件)。何も上書きしていません。",
                f"{count} item(s) clash with somebody else's change. Nothing was overwritten.",
            ),
            remedy=Text(
                "いまの内容を kouken phrases export で取り、両方を生かして、もう一度取り込んでください。",
                "Export what stands there now, take both in, and import it again.",
            ),
        )

    def render(self, language: Language) -> str:
        """The summary, then the differences of each item."""
        lines = [KoukenError.render(self, language)]
        for clash in self.clashes:
            lines += ["", f"  {clash.name}", *(f"    {line}" for line in clash.diff())]
        return "\n".join(lines)

    def to_json(self) -> list[dict[str, Any]]:
        """Every clash with its texts."""
        return [asdict(clash) for clash in self.clashes]


def _lines(fields: Fields | None) -> list[str]:
    return [] if fields is None else list(_written(fields))


def _written(fields: Fields) -> Iterator[str]:
    for key, value in fields.items():
        if isinstance(value, list):
            yield f"{key}:"
            yield from (f"- {item}" for item in value)
        else:
            yield f"{key}: {value if isinstance(value, str) else json.dumps(value)}"
