"""`kouken sources list`: the presets there are."""

import json

import click

from pipeline.commands.options import Context, common_options, json_option
from pipeline.language import Text, in_language


@common_options(Text("録音の名前の読み方を並べます。", "List the presets that read the names of recordings."))
@json_option()
def list_presets(context: Context, as_json: bool) -> None:
    """One line per preset, the chosen one marked."""
    from pipeline.sources.configured import presets_of

    chosen = context.settings.sources.preset
    presets = presets_of(context.settings).values()
    if as_json:
        rows = [
            {"name": preset.name, "patterns": preset.patterns, "zone": preset.zone, "chosen": preset.name == chosen}
            for preset in presets
        ]
        click.echo(json.dumps({"presets": rows}, ensure_ascii=False))
        return
    for preset in presets:
        mark = "●" if preset.name == chosen else "○"
        click.echo(f"{mark} {preset.name}: {in_language(preset.text, context.language)} ({preset.zone})")


list_presets.name = "list"
command = list_presets
