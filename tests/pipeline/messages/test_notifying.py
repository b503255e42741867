"""People are told by their rules: once, with ids and counts only, and nobody by a rule that is off."""

import json
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline.errors import BadInput, KoukenError
from pipeline.language import Text
from pipeline.messages import notifying, webhook
from pipeline.messages.notices import MOST_LISTED
from pipeline.settings import AlertSettings, MailSettings, Settings, WebSettings
from pipeline.store import audit, notification_rules, notifications, runs
from pipeline.store.connect import Store
from pipeline.store.notification_rules import Rule, Wanted
from pipeline.store.schema import moments, notified_calls, taggings
from pipeline.store.schema import notification_rules as rules_table
from pipeline.store.schema import runs as nights
from tests.api.world import VERSIONS, all_calls, fill
from tests.pipeline.centre import PROPOSAL, Centre
from tests.pipeline.faults import inline
from tests.pipeline.messages.test_monthly import Inbox, inbox, settings_of
from tests.pipeline.messages.test_webhook import receiver

__all__ = ["inbox"]
MAIL = Wanted("churn_risk", None, "mail", ("kacho@example.co.jp",), "ja")


def with_hook(tmp_path: Path, server: Any, **more: Any) -> tuple[Settings, Wanted]:
    place = f"127.0.0.1:{server.server_port}"
    web = WebSettings(webhook_hosts=(place,), names=("kouken.example.jp",), behind_tls=True)
    settings = Settings(data_dir=tmp_path / "data", web=web)
    return settings, replace(MAIL, channel="webhook", targets=(f"http://{place}/hook?token=secret",), **more)


def make(store: Store, wanted: Wanted) -> tuple[Rule, str | None]:
    with store.writing() as connection:
        return notification_rules.make_rule(connection, "admin", wanted)


def tell(store: Store, settings: Settings) -> list[str]:
    said: list[Text] = []
    notifying.tell(store, settings, said.append)
    return [text.ja for text in said]


def sent(store: Store) -> list[tuple[str, int, int]]:
    with store.reading() as connection:
        found = notifications.list_notifications(connection, 100)
    return [(one.state, one.attempts, one.found) for one in found]


def with_moment(label: str, *reactions: str) -> list[str]:
    """The calls of the world that have such a moment, counted from what it was built of."""
    return sorted(
        said.call_id
        for said in all_calls()
        if any(one.label == label and (not reactions or one.reaction in reactions) for one in said.moments)
    )


def end_night(store: Store, state: str, hours: float = 1) -> int:
    with store.writing() as connection:
        run_id = runs.start_run(connection, "/a", VERSIONS)
        runs.finish_run(connection, run_id, state)
        ended = datetime.now(UTC)
        times = {"started_at": ended - timedelta(hours=hours), "finished_at": ended}
        connection.execute(sa.update(nights).where(nights.c.run_id == run_id).values(times))
    return run_id


def test_calls_found_after_the_rule_was_made_are_told_once(store: Store, tmp_path: Path) -> None:
    with receiver() as server:
        settings, wanted = with_hook(tmp_path, server)
        _, secret = make(store, wanted)
        fill(store)
        assert tell(store, settings) == ["通知 1 件のうち 1 件を送りました。"]
        assert tell(store, settings) == []
    ((headers, body),) = server.taken
    told, expected = json.loads(body), with_moment("churn_risk")
    assert told["count"] == len(expected) > 0
    assert [one["call_id"] for one in told["calls"]] == expected[:MOST_LISTED]
    assert told["calls"][0]["link"] == f"https://kouken.example.jp/calls/{expected[0]}"
    assert (told["event"], told["test"]) == ("churn_risk", False)
    assert headers["Kouken-Signature"] == webhook.signature(secret or "", headers["Kouken-Timestamp"], body)
    assert sent(store) == [("sent", 1, len(expected))]


def test_low_reaction_is_a_proposal_declined_or_without_reaction(store: Store, tmp_path: Path) -> None:
    with receiver() as server:
        settings, wanted = with_hook(tmp_path, server, event="low_reaction")
        make(store, wanted)
        fill(store)
        tell(store, settings)
    told, expected = json.loads(server.taken[0][1]), with_moment("proposal", "declined", "none")
    assert told["count"] == len(expected) > 0
    assert set(expected) < set(with_moment("proposal"))


def test_a_team_is_told_of_its_own_calls(store: Store, tmp_path: Path) -> None:
    with receiver() as server:
        settings, wanted = with_hook(tmp_path, server, team="第二課", language="en")
        make(store, wanted)
        make(store, replace(wanted, team="第九課"))
        fill(store)
        tell(store, settings)
    (body,) = [json.loads(body) for _, body in server.taken]
    of_team = {said.call_id for said in all_calls() if said.row.get("team") == "第二課"}
    assert {one["call_id"] for one in body["calls"]} <= of_team
    assert body["count"] == len(of_team & set(with_moment("churn_risk"))) > 0
    assert "churn risk" in body["text"]


def test_calls_from_before_the_rule_are_no_news_nor_what_a_new_dictionary_finds_in_them(
    store: Store, tmp_path: Path
) -> None:
    fill(store)
    with receiver() as server:
        settings, wanted = with_hook(tmp_path, server)
        make(store, wanted)
        with store.writing() as connection:  # the same call, tagged anew
            one = connection.execute(sa.select(taggings).limit(1)).one()._mapping
            again = {**one, "tagging_version": "next", "tagging_id": one["tagging_id"] + 1000}
            connection.execute(sa.insert(taggings).values(again))
            row = {"tagging_id": again["tagging_id"], "position": 0, "label": "churn_risk", "confidence": 1.0}
            row |= {"first_utterance": 0, "last_utterance": 0, "reasons": []}
            connection.execute(sa.insert(moments).values(row))
        assert tell(store, settings) == []
    assert server.taken == []


def test_numbers_given_again_after_erasing_are_looked_at(store: Store, tmp_path: Path) -> None:
    rule, _ = make(store, MAIL)
    with store.writing() as connection:
        connection.execute(sa.update(rules_table).values(seen_until=10_000))  # erased since, and given again
    with notifying.told_by_rules(store, Settings(data_dir=tmp_path), lambda _: None):
        fill(store)
    with store.reading() as connection:
        (told,) = notifications.list_notifications(connection, 9)
    assert (told.rule_id, told.found) == (rule.rule_id, len(with_moment("churn_risk")))


@pytest.mark.parametrize(
    ("state", "hours", "words"),
    [("failed", 1, "失敗しました"), ("done", 11, "上限より長く"), ("stopped", 11, "上限より長く"), ("done", 9, "")],
)
def test_night_in_trouble_is_told_once(store: Store, tmp_path: Path, state: str, hours: float, words: str) -> None:
    end_night(store, "failed")  # before the rule
    with receiver() as server:
        settings, wanted = with_hook(tmp_path, server, event="night_trouble")
        make(store, wanted)
        run_id = end_night(store, state, hours)
        tell(store, settings.model_copy(update={"alerts": AlertSettings(longest_hours=10)}))
        tell(store, settings)
    bodies = [json.loads(body) for _, body in server.taken]
    assert [(body["night"], body["calls"]) for body in bodies] == ([(run_id, [])] if words else [])
    assert all(words in body["text"] for body in bodies)


def test_mail_goes_to_each_address_once_and_over_an_encrypted_line(
    store: Store, tmp_path: Path, inbox: tuple[Inbox, int]
) -> None:
    box, port = inbox
    box.refused = {"b@example.co.jp"}
    settings = settings_of(tmp_path, port)
    make(store, replace(MAIL, targets=("a@example.co.jp", "b@example.co.jp")))
    fill(store)
    tell(store, settings)
    box.refused = set()
    tell(store, settings)
    assert [message["To"] for message in box.messages] == ["a@example.co.jp", "b@example.co.jp"]
    assert all(box.encrypted)
    assert "解約示唆" in box.messages[0]["Subject"]
    assert with_moment("churn_risk")[0] in box.messages[0].get_content()
    assert [(state, attempts) for state, attempts, _ in sent(store)] == [("sent", 2), ("sent", 1)]


def test_what_is_not_taken_is_tried_again_each_night_and_then_given_up(store: Store, tmp_path: Path) -> None:
    with receiver(answer=503) as server:
        settings, wanted = with_hook(tmp_path, server)
        make(store, wanted)
        fill(store)
        states = []
        for _ in range(notifications.MOST_ATTEMPTS + 1):
            tell(store, settings)
            states.append(sent(store)[0][0])
    assert states == ["waiting"] * 4 + ["failed"] * 2
    assert len(server.taken) == notifications.MOST_ATTEMPTS
    assert len({headers["Kouken-Message"] for headers, _ in server.taken}) == 1
    with store.reading() as connection:
        (told,) = notifications.list_notifications(connection, 9)
        noted = audit.list_entries(connection, action="notifications.deliver")
    assert told.answer is not None and "503" in told.answer["ja"]
    assert len(noted) == notifications.MOST_ATTEMPTS
    assert "token=secret" not in json.dumps([entry.details for entry in noted])


def test_two_nights_never_send_the_same_message(store: Store) -> None:
    make(store, MAIL)
    fill(store)
    with store.writing() as connection:
        notifications.collect(connection, 10)
        ((_, message),) = notifications.due(connection, datetime.now(UTC))
        assert notifications.begin(connection, message)
        assert not notifications.begin(connection, message)
        assert notifications.due(connection, datetime.now(UTC)) == []
        ((_, died),) = notifications.due(connection, datetime.now(UTC) + timedelta(hours=1))
    assert (died.state, died.attempts) == ("sending", 1)


@pytest.mark.parametrize("way", ["off", "changed", "deleted"])
def test_a_rule_that_is_off_changed_or_gone_opens_no_line(
    way: str, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule, _ = make(store, MAIL)
    fill(store)
    with store.writing() as connection:
        notifications.collect(connection, 10)
        if way == "deleted":
            notification_rules.delete_rule(connection, "admin", rule)
        else:
            wanted = replace(MAIL, active=way != "off", targets=("other@example.co.jp",))
            notification_rules.change_rule(connection, "admin", rule, wanted)

    def refuse(*_: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "create_connection", refuse)
    mail = MailSettings(host="mail.example.co.jp", sender="kouken@example.co.jp")
    assert tell(store, Settings(data_dir=tmp_path, mail=mail)) == []
    assert [state for state, _, _ in sent(store)] == ([] if way == "deleted" else ["withdrawn"])
    if way == "off":
        with store.reading() as connection:
            (stopped,) = notification_rules.list_rules(connection)
        with pytest.raises(BadInput):
            notifying.try_out(store, Settings(data_dir=tmp_path, mail=mail), "admin", stopped)


def test_a_call_erased_before_a_second_attempt_is_not_named(store: Store, tmp_path: Path) -> None:
    gone, *others = with_moment("churn_risk")
    with receiver(answer=503) as server:
        settings, wanted = with_hook(tmp_path, server)
        make(store, wanted)
        fill(store)
        tell(store, settings)
        with store.writing() as connection:
            connection.execute(sa.delete(notified_calls).where(notified_calls.c.call_id == gone))
        tell(store, settings)
    first, second = (json.loads(body) for _, body in server.taken)
    assert gone in {one["call_id"] for one in first["calls"]}
    assert second["count"] == len(others)


def test_no_word_of_a_call_and_no_name_leaves(store: Store, tmp_path: Path, inbox: tuple[Inbox, int]) -> None:
    box, port = inbox
    with receiver() as server:
        settings, wanted = with_hook(tmp_path, server)
        settings = settings.model_copy(update={"mail": settings_of(tmp_path, port).mail})
        for event in ("churn_risk", "low_reaction"):
            make(store, replace(wanted, event=event))
            make(store, replace(MAIL, event=event))
        fill(store)
        tell(store, settings)
    left = [body.decode() for _, body in server.taken] + [
        f"{message}{message['Subject']}{message.get_content()}" for message in box.messages
    ]
    assert len(left) == 4
    forbidden = {utterance.text for said in all_calls() for utterance in said.utterances}
    named = ("operator_name", "customer_id", "contract_id")
    forbidden |= {str(said.row[name]) for said in all_calls() for name in named if said.row.get(name)}
    assert len(forbidden) > 10
    assert [(word, text) for word in forbidden for text in left if word in text] == []


def test_test_message_shows_the_answer_and_is_on_record(store: Store, tmp_path: Path) -> None:
    with receiver(answer=302) as server:
        settings, wanted = with_hook(tmp_path, server)
        rule, _ = make(store, wanted)
        is_sent, answer = notifying.try_out(store, settings, "admin", rule)
        server.answer = 200
        assert notifying.try_out(store, settings, "admin", rule)[0]
    assert not is_sent and "302" in answer.ja
    assert json.loads(server.taken[0][1])["test"] is True
    with store.reading() as connection:
        entries = audit.list_entries(connection, action="notifications.test")
    assert [entry.details["taken"] for entry in entries] == [True, False]
    assert sent(store) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"targets": ()},
        {"targets": ("nobody",)},
        {"targets": ("a@example.co.jp\nBcc: b@example.co.jp",)},
        {"targets": tuple(f"a{number}@example.co.jp" for number in range(21))},
        {"event": "night_trouble", "team": "第二課"},
        {"channel": "webhook", "targets": ("https://hooks.example.jp/",)},
        {"channel": "webhook", "targets": ("https://a.example.jp/", "https://b.example.jp/")},
    ],
)
def test_rules_by_which_nothing_may_be_sent_are_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    mail = MailSettings(host="mail.example.co.jp", sender="kouken@example.co.jp")
    settings = Settings(data_dir=tmp_path, mail=mail)
    notifying.check(MAIL, settings)
    with pytest.raises(BadInput):
        notifying.check(replace(MAIL, **changes), settings)
    with pytest.raises(BadInput, match=r"\[mail\]"):
        notifying.check(MAIL, Settings(data_dir=tmp_path))


def test_every_change_of_a_rule_is_on_record_without_its_secrets(store: Store, tmp_path: Path) -> None:
    with receiver() as server:
        _, wanted = with_hook(tmp_path, server)
    rule, secret = make(store, wanted)
    with store.writing() as connection:
        notification_rules.change_rule(connection, "admin", rule, replace(wanted, active=False))
        notification_rules.delete_rule(connection, "boss", rule)
    with store.reading() as connection:
        entries = audit.list_entries(connection, action="notifications")
    assert [(entry.actor, entry.action) for entry in entries] == [
        ("boss", "notifications.delete"), ("admin", "notifications.change"), ("admin", "notifications.make"),
    ]  # fmt: skip
    written = json.dumps([entry.details for entry in entries])
    assert secret and secret not in written and "token" not in written


def test_a_night_tells_at_its_end_and_never_fails_by_it(quick_centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)
    quick_centre.record("a.wav", PROPOSAL)
    with receiver() as server:
        settings, wanted = with_hook(quick_centre.root, server, event="low_reaction")
        told_centre = quick_centre.with_settings(web=settings.web)
        with told_centre.open() as store:
            make(store, wanted)
        told_centre.night()
        quick_centre.record("b.wav", PROPOSAL + "O 失礼いたします。\n")
        server.answer = 500
        told_centre.night()
        server.answer = 204
        told_centre.night()
    calls = [[one["call_id"] for one in json.loads(body)["calls"]] for _, body in server.taken]
    assert calls == [["a"], ["b"], ["b"]]


def test_a_night_that_breaks_off_is_told_at_once(quick_centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KoukenError(Text("止まりました。", "It broke."))

    monkeypatch.setattr("pipeline.nightly.find", broken)
    with receiver() as server:
        settings, wanted = with_hook(quick_centre.root, server, event="night_trouble")
        told_centre = quick_centre.with_settings(web=settings.web)
        with told_centre.open() as store:
            make(store, wanted)
        quick_centre.record("a.wav", PROPOSAL)
        with pytest.raises(KoukenError, match="止まりました"):
            told_centre.night()
    ((_, body),) = server.taken
    assert "失敗" in json.loads(body)["text"]
