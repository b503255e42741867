"""Erase calls on request: out of the store and every place that is known; what cannot be reached from here is named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.errors import BadInput, NotAllowed
from pipeline.language import Text
from pipeline.outcomes.cells import normal_phone, phone_hash
from pipeline.outcomes.phone_key import phone_key
from pipeline.places import sweep
from pipeline.settings import Settings
from pipeline.store import audit, erasure, holds
from pipeline.store.connect import Connection, Store
from pipeline.store.migrate import open_store

ACTION = "calls.erase"
ELSEWHERE = Text(
    "次のものはこの命令では消えません。アーカイブの録音そのもの、これまでの控え(kouken backup)、"
    "kouken transcribe や画面から別の場所へ書き出したファイル、契約と成果の表の行。それぞれの管理者が消してください。",
    "This command does not reach the recordings in the archive itself, earlier backups, files written by kouken"
    " transcribe or downloaded from the pages, and the rows of contracts and outcomes. Whoever keeps those has to"
    " erase them.",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose calls: by call id, customer id or phone number."""

    calls: Sequence[str] = ()
    customers: Sequence[str] = ()
    phones: Sequence[str] = ()


def erase(settings: Settings, asked: Asked, actor: str, *, dry_run: bool) -> dict[str, Any]:
    """The certificate: what was erased, in numbers, without anything that was said or who was meant.

    Raises `NotAllowed`, with nothing erased and the attempt on record, where a hold is about one of the calls.
    """
    hashes = _hashes(asked.phones, settings)
    with open_store(settings.store_url) as store:
        if dry_run:
            with store.reading() as connection:
                scope = _scope(connection, asked, hashes)
                held = sorted(set(holds.held(connection, scope.call_ids).values()))
            return {**_head(scope, actor), "dry_run": True, "holds": held}
        return _erase(store, settings, asked, hashes, actor)


def _erase(store: Store, settings: Settings, asked: Asked, hashes: list[str], actor: str) -> dict[str, Any]:
    with store.writing() as connection:
        scope = _scope(connection, asked, hashes)
        _refuse_held(connection, scope, actor)
        certificate = {**_head(scope, actor), "dry_run": False}
        if not scope.call_ids:
            return certificate
        rows = erasure.erase(connection, scope)
        details = {"calls": len(scope.call_ids), "recordings": len(scope.contents), "rows": sum(rows.values())}
        number = audit.record(connection, actor, ACTION, "calls", details)
    swept = sweep(store, settings)
    return {**certificate, "rows": rows, "files": swept.files, "left": list(swept.left), "audit_number": number}


def _head(scope: erasure.Scope, actor: str) -> dict[str, Any]:
    return {
        "erased_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "by": actor,
        "calls": len(scope.call_ids),
        "recordings": len(scope.contents),
        "call_hashes": [erasure.call_hash(call_id) for call_id in scope.call_ids],
        "not_reached": {"ja": ELSEWHERE.ja, "en": ELSEWHERE.en},
    }


def _scope(connection: Connection, asked: Asked, hashes: list[str]) -> erasure.Scope:
    return erasure.scope_of(connection, call_ids=asked.calls, customer_ids=asked.customers, phones=hashes)


def _refuse_held(connection: Connection, scope: erasure.Scope, actor: str) -> None:
    held = holds.held(connection, scope.call_ids)
    if not held:
        return
    numbers = "、".join(str(number) for number in sorted(set(held.values())))
    raise NotAllowed(
        Text(
            f"法的な保全(番号 {numbers})の対象の通話が {len(held)} 件あるため、何も消していません。",
            f"Nothing was erased: {len(held)} of the calls are under legal hold (number {numbers}).",
        ),
        actor=actor,
        action=ACTION,
        object="calls",
        details={"calls": len(held), "holds": numbers},
        remedy=Text(
            "kouken hold list で理由を確かめ、保全が終わったら kouken hold release で解いてからやり直してください。",
            "See kouken hold list for the reason; erase again once it is released (kouken hold release).",
        ),
    )


def _hashes(phones: Sequence[str], settings: Settings) -> list[str]:
    found = []
    for phone in phones:
        number = normal_phone(phone)
        if number is None:
            raise BadInput(Text("電話番号として読めません。", "This is no phone number."))
        found.append(phone_hash(number, phone_key(settings.data_dir)))
    return found
