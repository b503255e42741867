"""`kouken demo`: the main job on the recordings that ship with the project."""

from pipeline.commands.options import Context, common_options
from pipeline.language import Text
from pipeline.progress import shown


@common_options(
    Text(
        "同梱の録音五つと模擬の契約データで、夜間バッチをひととおり動かします。",
        "Run the night on the five recordings shipped, in a simulated world of contracts.",
    )
)
def demo(context: Context) -> int:
    """Write the simulated world, then run the night over it."""
    from pipeline.demo.world import RECORDINGS, write_world
    from pipeline.night import Request
    from pipeline.nightly import run_night

    world = write_world(context.settings.data_dir / "demo-world")
    with shown(context.language) as progress:
        code = run_night(Request(RECORDINGS, world), context.settings, progress, lambda: False)  # type: ignore[arg-type]
    context.say(
        Text(
            "契約と成果は模擬データです。結果は kouken serve で見られます。",
            "Contracts and outcomes are simulated. See the result with kouken serve.",
        )
    )
    return code


command = demo
