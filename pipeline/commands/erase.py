"""`kouken erase`: erase calls on request, with a certificate."""

import json
from pathlib import Path

import click

from pipeline.commands.options import Context, actor_option, common_options, json_option, option
from pipeline.errors import BadInput
from pipeline.language import Text, in_language


@common_options(
    Text(
        "お客様・電話番号・通話を指定して、書き起こし・札・再生用の写し・書き出したレポートを消し、証明を出します。"
        "消した通話は、録音がアーカイブに残っていても二度と取り込みません。",
        "Erase the calls of a customer, a phone number or an id: transcripts, tags, playback copies, written reports."
        " They never come in again, even if the recording is still in the archive. Prints a certificate.",
    )
)
@option("--call", "calls", multiple=True, help=Text("通話 ID", "call id"))
@option("--customer", "customers", multiple=True, help=Text("顧客 ID", "customer id"))
@option("--phone", "phones", multiple=True, help=Text("電話番号", "phone number"))
@option("--dry-run", is_flag=True, help=Text("何が消えるかだけを示す", "only show what would be erased"))
@option(
    "--reference",
    default="",
    help=Text("依頼の受付番号(証明に残る)", "reference of the request, kept with the certificate"),
)
@actor_option()
@option("--out", type=click.Path(path_type=Path, dir_okay=False), help=Text("証明の置き場所(JSON)", "certificate file"))
@json_option()
def erase(
    context: Context,
    calls: tuple[str, ...],
    customers: tuple[str, ...],
    phones: tuple[str, ...],
    dry_run: bool,
    reference: str,
    actor: str,
    out: Path | None,
    as_json: bool,
) -> None:
    """Erase, then print what was erased, in numbers."""
    from pipeline.protection.erase import Asked
    from pipeline.protection.erase import erase as run

    if not (calls or customers or phones):
        raise BadInput(Text("--call・--customer・--phone のどれかが要ります。", "Name a call, customer or phone."))
    asked = Asked(calls, customers, phones, reference)
    certificate = run(context.settings, asked, actor, dry_run=dry_run)
    text = json.dumps(certificate, ensure_ascii=False, indent=1)
    if out is not None:
        out.write_text(text + "\n", encoding="utf-8")
    if as_json:
        click.echo(text)
        return
    number, sounds = certificate["calls"], certificate["recordings"]
    done = Text(f"通話 {number} 件・録音 {sounds} 件を消しました。", f"Erased {number} call(s), {sounds} recording(s).")
    would = Text(
        f"通話 {number} 件・録音 {sounds} 件が対象です。", f"{number} call(s), {sounds} recording(s) are meant."
    )
    click.echo(in_language(would if dry_run else done, context.language))
    if dry_run:
        for hold_id in certificate["holds"]:
            context.say(Text(f"保全 {hold_id} の対象のため、消せません。", f"Legal hold {hold_id} forbids it."))
        return
    for place in certificate.get("left", ()):
        context.say(Text(f"この中にまだ残っています: {place}", f"Still in there: {place}"))
    if register := certificate.get("register_unwritten"):
        context.say(
            Text(
                f"消去の記録簿に書けませんでした: {register}(次の夜に書き直します。それまで控えを戻さないでください)",
                f"The register of erasures was not written: {register}"
                " (the next night will; restore no backup until then)",
            )
        )
    click.echo(certificate["not_reached"][context.language])


command = erase
