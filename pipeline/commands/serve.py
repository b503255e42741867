"""`kouken serve`: the pages."""

import importlib
from contextlib import suppress

from pipeline.commands.options import Context, common_options
from pipeline.language import Text


@common_options(Text("結果の画面を出します(止めるには Ctrl-C)。", "Serve the pages (Ctrl-C stops)."))
def serve(context: Context) -> None:
    """Start the web application, named and not imported: `api` depends on `pipeline`, never the other way round."""
    with suppress(KeyboardInterrupt):  # raised once everything is closed: this is how it is meant to end
        importlib.import_module("api.serve").run(context.settings, context.language)


command = serve
