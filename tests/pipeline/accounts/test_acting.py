"""`--as` is a claim, but never a name that is nobody's where the store knows people."""

import pytest

from pipeline.accounts.acting import actor
from pipeline.accounts.permissions import GRANTS
from pipeline.errors import BadInput, NotAllowed
from pipeline.store import audit, users
from pipeline.store.connect import Store
from pipeline.store.users import ROLES, Role


def add(store: Store, name: str, *roles: Role) -> None:
    operator_id = "OP-1" if "operator" in roles else None
    with store.writing() as connection:
        users.add_user(connection, "setup", name, roles, "hash", operator_id=operator_id)


def refused(store: Store, name: str | None) -> str:
    """Why the name may not approve, as it is on record."""
    with pytest.raises(NotAllowed):
        actor(store, name, "dictionary.approve", "phrases.approve")
    with store.reading() as connection:
        entry = audit.list_entries(connection, limit=1)[0]
    assert entry.action == "phrases.approve_refused" and entry.details["via"].startswith("command:")
    return f"{entry.actor}: {entry.details['why']}"


def test_where_nobody_is_registered_any_name_will_do_and_that_is_known(store: Store) -> None:
    found = actor(store, "Ｓａｔｏ ", "dictionary.approve", "phrases.approve")
    assert (found.name, found.is_checked) == ("sato", False)
    with pytest.raises(BadInput):
        actor(store, " ", "dictionary.approve", "phrases.approve")


def test_where_people_are_registered_an_invented_name_is_refused_and_goes_on_record(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, "root", "administrator")
    add(store, "sato", "qa_editor")
    add(store, "gone", "qa_approver")
    with store.writing() as connection:
        users.change_user(connection, "root", "gone", active=False)
    assert refused(store, "tanaka") == "tanaka: unknown"
    assert refused(store, "gone") == "gone: inactive"
    assert refused(store, "sato") == "sato: role"
    monkeypatch.setattr("pipeline.accounts.acting.system_user", lambda: "batch")
    assert refused(store, None) == "batch: unknown"


@pytest.mark.parametrize("role", ROLES)
def test_a_command_asks_for_the_role_that_the_page_would_ask_for(store: Store, role: Role) -> None:
    add(store, "root", "administrator")
    add(store, "ＳＡＴＯ", role)
    for permission in ("dictionary.edit", "dictionary.approve", "dictionary.work", "reviews.judge"):
        if permission in GRANTS[role]:
            assert actor(store, "Sato", permission, "phrases.save").is_checked
        else:
            with pytest.raises(NotAllowed):
                actor(store, "Sato", permission, "phrases.save")
