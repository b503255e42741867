"""A second factor is offered before it is in force, each of its codes is taken once, and every change is on record."""

import pytest
from alembic import command

from pipeline.errors import BadInput
from pipeline.store import audit, factors, sessions, users
from pipeline.store.connect import Store
from tests.pipeline.store.test_migrate import rows_of, step


@pytest.fixture
def two(store: Store) -> Store:
    """Sato, who has a second factor in force since the step 100, and Kato, who has none."""
    with store.writing() as connection:
        for name in ("sato", "kato"):
            users.add_user(connection, "root", name, ["manager"], "hash", must_change=False)
        factors.offer(connection, "sato", "sealed-1")
        assert factors.put_in_force(connection, "sato", "sealed-1", 100, ["h1", "h2"])
    return store


def factor_of(store: Store, name: str = "sato") -> factors.Factor:
    with store.reading() as connection:
        return factors.find_factor(connection, name)


def test_what_is_offered_is_not_in_force_before_its_first_code(two: Store) -> None:
    with two.writing() as connection:
        factors.offer(connection, "kato", "sealed-k")
    kato = factor_of(two, "kato")
    assert not kato.is_on and kato.offered == "sealed-k"
    with two.writing() as connection:
        assert not factors.put_in_force(connection, "kato", "an-older-offer", 5, ["h"])
        assert factors.names_with_factor(connection) == {"sato"}
        assert factors.put_in_force(connection, "kato", "sealed-k", 5, ["h"])
        assert factors.names_with_factor(connection) == {"kato", "sato"}
    assert factor_of(two, "kato").codes_left == 1


def test_the_one_in_force_stays_until_its_successor_has_proved_itself(two: Store) -> None:
    with two.writing() as connection:
        factors.offer(connection, "sato", "sealed-2")
        before = factors.find_factor(connection, "sato")
        assert (before.secret, before.last_step, before.codes_left) == ("sealed-1", 100, 2)
        assert factors.put_in_force(connection, "sato", "sealed-2", 90, ["h3"])
    after = factor_of(two)
    assert (after.secret, after.last_step, after.codes_left, after.offered) == ("sealed-2", 90, 1, None)


def test_a_step_is_taken_once_and_none_before_it(two: Store) -> None:
    with two.writing() as connection:
        assert not factors.take_step(connection, "sato", 100)
        assert factors.take_step(connection, "sato", 102)
        assert not factors.take_step(connection, "sato", 102)
        assert not factors.take_step(connection, "sato", 101)
        assert not factors.take_step(connection, "kato", 500)


def test_a_recovery_code_is_taken_once_and_by_its_owner_only(two: Store) -> None:
    with two.writing() as connection:
        assert not factors.take_code(connection, "kato", "h1")
        assert factors.take_code(connection, "sato", "h1")
        assert not factors.take_code(connection, "sato", "h1")
        assert factors.codes_of(connection, "sato") == ["h2"]
        factors.renew_codes(connection, "sato", ["h4", "h5", "h6"])
        assert not factors.take_code(connection, "sato", "h2")
    assert factor_of(two).codes_left == 3


def test_whoever_is_signed_in_without_it_is_signed_out(two: Store) -> None:
    with two.writing() as connection:
        sessions.open_session(connection, "kato")
        factors.offer(connection, "kato", "sealed-k")
        factors.put_in_force(connection, "kato", "sealed-k", 5, ["h"])
        sessions.open_session(connection, "sato")
    assert rows_of(two, "sessions") == 1
    with two.writing() as connection:
        assert factors.reset(connection, "root", "sato")
    assert rows_of(two, "sessions") == 0


def test_every_change_is_on_record_without_a_secret(two: Store) -> None:
    with two.writing() as connection:
        factors.renew_codes(connection, "sato", ["h4"])
        factors.switch_off(connection, "sato")
        assert not factors.reset(connection, "root", "sato")
        with pytest.raises(BadInput):
            factors.reset(connection, "root", "nobody")
    with two.reading() as connection:
        entries = audit.list_entries(connection, action="users", object="sato")
        assert audit.verify(connection).is_whole
    told = [(entry.actor, entry.action, entry.details) for entry in reversed(entries)][1:]
    assert told == [
        ("sato", "users.factor", {"replaced": False}),
        ("sato", "users.factor_codes", {"codes": 1}),
        ("sato", "users.factor_off", {}),
        ("root", "users.factor_reset", {"was_on": False}),
    ]


def test_the_release_before_knows_no_second_factors_and_keeps_the_people(two: Store) -> None:
    with two.writing() as connection:
        sessions.open_session(connection, "sato")
    step(two, command.downgrade, "0027")
    assert (rows_of(two, "users"), rows_of(two, "sessions")) == (2, 1)
    step(two, command.upgrade, "head")
    assert (rows_of(two, "users"), rows_of(two, "second_factors"), rows_of(two, "recovery_codes")) == (2, 0, 0)
    assert not factor_of(two).is_on
