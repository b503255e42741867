"""Erase calls on request: store, playback copies and written reports; what cannot be reached from here is named."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.audio.playback import remove_copies
from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.outcomes.cells import normal_phone, phone_hash
from pipeline.outcomes.phone_key import phone_key
from pipeline.settings import Settings
from pipeline.store import audit, erasure
from pipeline.store.connect import Store
from pipeline.store.migrate import open_store

ELSEWHERE = Text(
    "次のものはこの命令では消えません。アーカイブの録音そのもの、これまでの控え(kouken backup)、"
    "別の場所へ書き出した CSV・Excel・PDF・Parquet・vCon、契約と成果の表の行。それぞれの管理者が消してください。",
    "This command does not reach the recordings in the archive itself, earlier backups, files exported elsewhere (CSV,"
    " Excel, PDF, Parquet, vCon) and the rows of contracts and outcomes. Whoever keeps those has to erase them.",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose calls: by call id, customer id or phone number."""

    calls: Sequence[str] = ()
    customers: Sequence[str] = ()
    phones: Sequence[str] = ()


def erase(settings: Settings, asked: Asked, actor: str, *, dry_run: bool) -> dict[str, Any]:
    """The certificate: what was erased, in numbers, without anything that was said or who was meant."""
    with open_store(settings.store_url) as store:
        with store.reading() as connection:
            scope = erasure.scope_of(
                connection,
                call_ids=asked.calls,
                customer_ids=asked.customers,
                phones=_hashes(asked.phones, settings.data_dir),
            )
        certificate: dict[str, Any] = {
            "erased_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "by": actor,
            "dry_run": dry_run,
            "calls": len(scope.call_ids),
            "recordings": len(scope.contents),
            "call_hashes": [erasure.call_hash(call_id) for call_id in scope.call_ids],
            "not_reached": {"ja": ELSEWHERE.ja, "en": ELSEWHERE.en},
        }
        if dry_run or not scope.call_ids:
            return certificate
        return certificate | _erase(store, settings, scope, actor)


def _erase(store: Store, settings: Settings, scope: erasure.Scope, actor: str) -> dict[str, Any]:
    copies = _remove_copies(scope, settings.data_dir)
    with store.writing() as connection:
        rows = erasure.erase(connection, scope)
        details = {"calls": len(scope.call_ids), "recordings": len(scope.contents), "rows": sum(rows.values())}
        number = audit.record(connection, actor, "calls.erase", "calls", details)
    with store.reading() as connection:
        erasure.forget_pages(connection)
    copies += _remove_copies(scope, settings.data_dir)  # a page may have made one meanwhile
    folder = settings.data_dir / "reports"  # every file there can be written again from the store (kouken report)
    reports = sum(1 for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0
    shutil.rmtree(folder, ignore_errors=True)
    return {"rows": rows, "playback_copies": copies, "report_files": reports, "audit_number": number}


def _remove_copies(scope: erasure.Scope, data_dir: Path) -> int:
    return sum(remove_copies(content, data_dir / "playback") for content in scope.contents)


def _hashes(phones: Sequence[str], data_dir: Path) -> list[str]:
    found = []
    for phone in phones:
        number = normal_phone(phone)
        if number is None:
            raise BadInput(Text("電話番号として読めません。", "This is no phone number."))
        found.append(phone_hash(number, phone_key(data_dir)))
    return found
