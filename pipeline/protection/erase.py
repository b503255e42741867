"""Erase calls on request: out of the store and every place that is known; what cannot be reached from here is named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.errors import BadInput, NotAllowed
from pipeline.language import Text
from pipeline.outcomes.cells import normal_phone, phone_hash
from pipeline.outcomes.phone_key import phone_key
from pipeline.progress import Progress
from pipeline.protection.places import sweep
from pipeline.settings import Settings
from pipeline.store import audit, erasure, erasures, holds
from pipeline.store.connect import Connection, Store
from pipeline.store.erasures import Meant
from pipeline.store.migrate import open_store

ACTION = "calls.erase"
ELSEWHERE = Text(
    "次のものはこの命令では消えません。アーカイブの録音そのもの、これまでの控えの中身(戻すときに消去の記録簿で消し直します)、"
    "kouken transcribe や画面から別の場所へ書き出したファイル、契約と成果の表の行。それぞれの管理者が消してください。",
    "This command does not reach the recordings in the archive itself, what earlier backups hold (restoring one erases"
    " it again, by the register of erasures), files written by kouken transcribe or downloaded from the pages, and the"
    " rows of contracts and outcomes. Whoever keeps those has to erase them.",
)
CHANGED = BadInput(
    Text(
        "確かめたときから対象の通話が変わったため、何も消していません。",
        "Nothing was erased: the calls are not those that were shown any more.",
    ),
    remedy=Text("もう一度、対象を確かめてください。", "Look at what would be erased again."),
)
LONGEST_REFERENCE = 64  # characters
ERASING = Text("消しています", "Erasing")


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose calls: by call id, customer id or phone number. `reference`: under which the request is kept elsewhere."""

    calls: Sequence[str] = ()
    customers: Sequence[str] = ()
    phones: Sequence[str] = ()
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a request would erase, and the holds in force that forbid it. `calls` are those that the store knows."""

    calls: tuple[Meant, ...]
    recordings: int
    holds: tuple[int, ...]


def find(store: Store, settings: Settings, asked: Asked) -> Found:
    """What `erase` would do, with nothing changed. Raises `BadInput`."""
    hashes = _hashes(asked.phones, settings)
    with store.reading() as connection:
        scope = _scope(connection, asked, hashes)
        held = tuple(sorted(set(holds.held(connection, scope.call_ids).values())))
        return Found(tuple(erasures.meant(connection, scope.call_ids)), len(scope.contents), held)


def erase(settings: Settings, asked: Asked, actor: str, *, dry_run: bool, calls: int | None = None) -> dict[str, Any]:
    """The certificate: what was erased, in numbers, without anything that was said or who was meant.

    `calls`: how many the person was shown; if there are others by now, nothing is erased. Raises `BadInput` for that,
    and `NotAllowed`, with nothing erased and the attempt on record, where a hold is about one of the calls.
    """
    hashes = _hashes(asked.phones, settings)
    if len(asked.reference) > LONGEST_REFERENCE:
        raise BadInput(Text("受付番号は 64 文字までです。", "A reference has at most 64 characters."))
    with open_store(settings.store_url) as store:
        if dry_run:
            with store.reading() as connection:
                scope = _scope(connection, asked, hashes)
                held = sorted(set(holds.held(connection, scope.call_ids).values()))
            return {**_head(scope, actor, datetime.now(UTC)), "dry_run": True, "holds": held}
        return _erase(store, settings, asked, hashes, actor, calls)


def _erase(
    store: Store, settings: Settings, asked: Asked, hashes: list[str], actor: str, calls: int | None
) -> dict[str, Any]:
    with store.writing() as connection:
        scope = _scope(connection, asked, hashes)
        if calls is not None and calls != len(scope.call_ids):
            raise CHANGED
        _refuse_held(connection, scope, actor)
        now = datetime.now(UTC)
        certificate = {**_head(scope, actor, now), "dry_run": False}
        if not scope.call_ids:
            return certificate
        rows = erasure.erase(connection, scope)
        details = {"calls": len(scope.call_ids), "recordings": len(scope.contents), "rows": sum(rows.values())}
        number = audit.record(connection, actor, ACTION, "calls", details)
        certificate |= {"rows": rows, "audit_number": number, "reference": asked.reference}
        erasure_id = erasures.keep(connection, actor, asked.reference, now, certificate)
    swept = sweep(store, settings)
    with store.reading() as connection:
        kept = erasures.read(connection, erasure_id)
    assert kept is not None
    return {"erasure": erasure_id, **kept.certificate, "register_unwritten": swept.unwritten}


def _head(scope: erasure.Scope, actor: str, now: datetime) -> dict[str, Any]:
    return {
        "erased_at": now.isoformat(timespec="seconds"),
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
            "「管理」の「法的な保全」(kouken hold list)で理由を確かめ、保全が終わったら解いてからやり直してください。",
            "See Legal holds under Administration (kouken hold list) for the reason; erase again once it is released.",
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


def erase_shown(settings: Settings, progress: Progress, asked: Asked, actor: str, calls: int) -> int:
    """`erase` as a piece of work beside the pages, for exactly as many calls as were shown; the certificate's number.

    Cut off before the store is done, nothing has happened; after that, the next night does the files.
    """
    progress.stage(ERASING, 0)
    return int(erase(settings, asked, actor, dry_run=False, calls=calls)["erasure"])
