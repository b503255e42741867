"""`kouken export vcon`: stored calls as vCon, the exchange format of conversations (IETF draft)."""

from typing import Any

from pipeline.commands.export_transcripts import selection, write
from pipeline.commands.options import Context, common_options
from pipeline.language import Text


@common_options(
    Text(
        "保存した通話を、会話の交換形式 vCon で書き出します(`export transcripts --format vcon` と同じ)。",
        "Write stored calls as vCon, the exchange format of conversations (as `export transcripts --format vcon`).",
    )
)
@selection
def command(context: Context, **selected: Any) -> None:
    """One vCon per call, and index.jsonl."""
    write(context, formats=["vcon"], **selected)
