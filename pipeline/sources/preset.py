"""A source preset: how the names of one recorder's files tell the call. What a name does not tell stays unknown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.errors import BadInput
from pipeline.language import Text

BY_PRESET = "source_preset"  # the further column of a calls row that a name made, not the user's table
COLUMNS = tuple("call_id operator_id operator_name team customer_id contract_id phone direction queue".split())
TIME_GROUPS = ("date", "time", "year", "month", "day", "hour", "minute", "second", "epoch")
FIRST_YEAR, LAST_YEAR = 1971, 2200  # of times; those at the zero of a clock are of 1970
NO_MATCH, BAD_TIME = "name_unreadable", "time_unreadable"
PROBLEM_TEXTS = {
    NO_MATCH: Text("名前がこのプリセットの形ではありません。", "The name is not of this preset's form."),
    BAD_TIME: Text(
        "名前の日時が実在しません(不明のままにします)。", "The name's time does not exist: it stays unknown."
    ),
}


@dataclass(frozen=True, slots=True)
class ParsedName:
    """What a name, or a file beside the recording, tells. `started_at` has a zone; None is unknown, never now."""

    fields: Mapping[str, str] = field(default_factory=dict)
    started_at: datetime | None = None
    problem: str | None = None

    @property
    def call_id(self) -> str | None:
        """The call, if the name tells it."""
        return self.fields.get("call_id")


@dataclass(frozen=True)
class Preset:
    """`patterns` are tried in order against the whole path without its suffix; their named groups are columns.

    `values` says what a group's text means (`{"direction": {"in": "inbound"}}`); `zone` is that of the names' times.
    `sidecars` are the files beside a recording that tell more, with `{stem}` for its name; `sidecar_fields` maps a
    column to the dotted path of its value there. `headers` maps the headers of the source's call list to columns.
    """

    name: str
    text: Text
    patterns: tuple[str, ...] = ()
    zone: str = "Asia/Tokyo"
    operator_channel: int | None = None
    legs: bool = True
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sidecars: tuple[str, ...] = ()
    sidecar_fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def parse(self, relative: str) -> ParsedName:
        """What the name tells; a name of another form has a `problem` and nothing else."""
        path = relative.rpartition(".")[0] or relative
        for pattern in self.patterns:
            if found := re.fullmatch(pattern, path):
                return self._read({name: text for name, text in found.groupdict().items() if text})
        return ParsedName(problem=NO_MATCH) if self.patterns else ParsedName()

    def _read(self, groups: dict[str, str]) -> ParsedName:
        fields = {name: self.values.get(name, {}).get(text, text) for name, text in groups.items() if name in COLUMNS}
        told = {name: text.replace("%3A", ":") for name, text in groups.items() if name in TIME_GROUPS}
        if not told:
            return ParsedName(fields)
        try:
            return ParsedName(fields, of_a_call(_moment(told, ZoneInfo(self.zone))))
        except (ValueError, OverflowError):
            return ParsedName(fields, problem=BAD_TIME)


def checked(preset: Preset) -> Preset:
    """A preset of the user's own, or `BadInput` that says what cannot be used in it."""
    for pattern in preset.patterns:
        try:
            groups = set(re.compile(pattern).groupindex)
        except re.error as error:
            raise _refused(preset, f"「{pattern}」: {error}", f"“{pattern}”: {error}") from None
        if unknown := sorted(groups - set(COLUMNS) - set(TIME_GROUPS)):
            known = ", ".join((*COLUMNS, *TIME_GROUPS))
            names = ", ".join(unknown)
            raise _refused(preset, f"名前 {names} は使えません({known})", f"{names} is none of {known}")
    try:
        ZoneInfo(preset.zone)
    except (KeyError, ValueError, OSError):
        raise _refused(preset, f"時間帯「{preset.zone}」がありません", f"there is no zone “{preset.zone}”") from None
    return preset


def _refused(preset: Preset, ja: str, en: str) -> BadInput:
    return BadInput(
        Text(f"プリセット {preset.name} を使えません: {ja}", f"The preset {preset.name} cannot be used: {en}"),
        remedy=Text("[sources.presets] を直してください。", "Mend [sources.presets]."),
    )


def of_a_call(moment: datetime) -> datetime:
    """The same moment. Raises `ValueError` where nobody can have recorded a call then: a recorder's clock stood still.

    >>> of_a_call(datetime(2026, 10, 1, tzinfo=UTC)).year
    2026
    """
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"no call is of the year {moment.year}")
    return moment


def _moment(told: Mapping[str, str], zone: ZoneInfo) -> datetime:
    """The time that the groups tell; `24:00` is midnight of the next day. Raises `ValueError` where there is none."""
    if "epoch" in told:
        return datetime.fromtimestamp(int(told["epoch"]), UTC)
    day = re.sub(r"\D", "", told.get("date", "")) or told["year"] + told["month"].zfill(2) + told["day"].zfill(2)
    clock = re.sub(r"\D", "", told.get("time", ""))
    if not clock and "hour" in told:
        clock = told["hour"].zfill(2) + told.get("minute", "0").zfill(2) + told.get("second", "0").zfill(2)
    if len(clock) not in (4, 6):
        raise ValueError("a day alone is not a time")
    later = timedelta(days=1) if clock.startswith("24") and not clock[2:].strip("0") else timedelta()
    clock = ("00" + clock[2:] if later else clock).ljust(6, "0")
    return datetime.strptime(day + clock, "%Y%m%d%H%M%S").replace(tzinfo=zone) + later
