"""`kouken doctor`: what is there, what is missing, what to do."""

import json

import click

from pipeline.commands.options import Context, common_options, json_option
from pipeline.errors import ExitCode
from pipeline.language import Text, in_language


@common_options(
    Text("この機械と設定を調べ、足りないものと直し方を示します。", "Check this machine and say what is missing.")
)
@json_option()
def doctor(context: Context, as_json: bool) -> int:
    """Print every check; the exit code is 1 if one of them failed."""
    from pipeline.doctor import examine

    checks = examine(context.settings)
    if as_json:
        rows = [
            {
                "name": check.name,
                "state": check.state,
                "found": check.found,
                "remedy": in_language(check.remedy, context.language) if check.remedy else None,
            }
            for check in checks
        ]
        click.echo(json.dumps({"checks": rows}, ensure_ascii=False))
    else:
        for check in checks:
            mark = {"ok": "○", "warn": "△", "fail": "×"}[check.state]
            remedy = f" → {in_language(check.remedy, context.language)}" if check.remedy else ""
            click.echo(f"{mark} {check.name}: {check.found}{remedy}")
    return ExitCode.FAILED if any(check.state == "fail" for check in checks) else ExitCode.DONE


command = doctor
