"""The preset that the settings name, shipped or the user's own."""

from collections.abc import Mapping
from pathlib import Path

from pipeline.audio.legs import Direction, LegRoles, untold, without_leg
from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.settings import Settings
from pipeline.sources.preset import Preset, checked
from pipeline.sources.shipped import SHIPPED


def presets_of(settings: Settings) -> Mapping[str, Preset]:
    """Every preset by name; the user's own stand before shipped ones of the same name. Raises `BadInput`."""
    own = {
        name: checked(
            Preset(
                name,
                Text("設定の [sources.presets]", "from [sources.presets]"),
                patterns=(given.pattern,) if given.pattern else (),
                zone=given.zone,
                operator_channel=given.operator_channel,
                legs=given.legs,
                values={"direction": given.directions},
                sidecars=(given.sidecar,) if given.sidecar else (),
                sidecar_fields={column: (path,) for column, path in given.sidecar_fields.items()},
            )
        )
        for name, given in settings.sources.presets.items()
    }
    return {**SHIPPED, **own}


def preset_named(name: str, settings: Settings) -> Preset:
    """One preset. Raises `BadInput` naming those there are."""
    presets = presets_of(settings)
    if name not in presets:
        there = "、".join(presets)
        raise BadInput(
            Text(f"プリセット {name} はありません。", f"There is no preset {name}."),
            remedy=Text(f"次から選んでください: {there}", f"Choose one of: {', '.join(presets)}"),
        )
    return presets[name]


def with_preset(settings: Settings) -> Settings:
    """The settings of a night: the preset says which channel is the operator's, and how its call list is headed."""
    if not settings.sources.preset:
        return settings
    preset = preset_named(settings.sources.preset, settings)
    headers = {**settings.tables.headers}
    if preset.headers:
        headers["calls"] = {**preset.headers, **headers.get("calls", {})}
    changed = settings.model_copy(update={"tables": settings.tables.model_copy(update={"headers": headers})})
    if preset.operator_channel is None:
        return changed
    speech = settings.speech.model_copy(update={"operator_channel": preset.operator_channel})
    return changed.model_copy(update={"speech": speech})


def legs_of(settings: Settings) -> tuple[LegRoles, Direction]:
    """How the two files of one call are read: whose side each holds, and who called whom as far as names tell it."""
    roles = LegRoles(settings.speech.received_leg, settings.speech.operator_channel)
    if not settings.sources.preset:
        return roles, untold
    preset = preset_named(settings.sources.preset, settings)

    def direction(path: Path) -> str | None:
        return preset.parse(path.with_stem(without_leg(path.stem)).as_posix()).fields.get("direction")

    return roles, direction
