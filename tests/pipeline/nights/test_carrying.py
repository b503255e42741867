"""After an edit, calls that it touches are read again and all others keep what was found, as if read again."""

from collections.abc import Container, Sequence
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from models.moments.labels import LABELS, OPERATOR_LABELS, Placed, Sentence, Verdict
from phrases.entry import Phrase, PhraseSet
from phrases.japanese import Japanese
from phrases.matcher import Matcher
from pipeline import nightly
from pipeline.dictionaries.dictionary import published_dictionary
from pipeline.nights import retagging
from pipeline.nights.night import Recognition
from pipeline.settings import MomentsSettings
from pipeline.store import dictionary, ledger
from pipeline.store.connect import Connection, Store
from pipeline.store.ledger import Claim, LeaseLost
from pipeline.text.tagger import Tagger
from tests.pipeline import fake_speech
from tests.pipeline.centre import PLAIN, PROPOSAL, Centre

QUOTE = Phrase("p.quote", "proposal", "お見積もりをお送りしましょう")
COURSE = Phrase("p.course", "proposal", "講習会〜いかが")
TALK = "O 来月の講習会はいかがでしょうか。\nC そうですね。\n"
FIRST = PhraseSet((QUOTE,))
JAPANESE = Japanese()


class Judge:
    """Finds every operator's sentence a likely proposal, and loads nothing."""

    def classify_utterances(self, utterances: Sequence[Sentence], only: Container[int] | None = None) -> list[Placed]:
        verdict = Verdict({**dict.fromkeys(OPERATOR_LABELS, 0.0), "proposal": 0.9}, ("proposal",))
        return [
            Placed(index, 0, len(said.text), verdict)
            for index, said in enumerate(utterances)
            if said.speaker == "operator" and (only is None or index in only)
        ]


def quick_tagger(store: Store, settings: MomentsSettings) -> Tagger:
    phrase_set = published_dictionary(store)
    matcher = Matcher(phrase_set, JAPANESE)
    return Tagger(matcher, Judge(), phrase_set.version, "rules", dict.fromkeys(LABELS, 0.5))


@pytest.fixture
def centre(quick_centre: Centre) -> Centre:
    """Three calls by a small dictionary: one with the phrase, one with another, one with neither."""
    with quick_centre.open() as store, store.writing() as connection:
        dictionary.seed(connection, FIRST)
    for name, said in (("quote.wav", PROPOSAL), ("course.wav", TALK), ("plain.wav", PLAIN)):
        quick_centre.record(name, said)
    return replace(quick_centre, recognition=Recognition(fake_speech.start, fake_speech.transcribe, quick_tagger))


def publish(centre: Centre, *entries: Phrase) -> None:
    with centre.open() as store, store.writing() as connection:
        dictionary.publish_items(connection, dictionary.items_of(PhraseSet(entries)), "draft", "sato", {})


@pytest.fixture
def read_again(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The calls that are read, in order."""
    calls: list[str] = []
    tag = retagging.tag

    def counting(reader: Any, transcript: Any, kept: Any) -> Any:
        calls.append(transcript.call_id)
        return tag(reader, transcript, kept)

    monkeypatch.setattr(nightly, "tag", counting)
    return calls


def found(centre: Centre) -> list[tuple[Any, ...]]:
    """Everything that the last tagging of each call holds, counts included."""
    with centre.open() as store, store.reading() as connection:
        last = "SELECT max(tagging_id) FROM taggings GROUP BY transcript_id"
        rows = []
        for table in ("tags", "moments", "call_scores"):
            query = f"SELECT * FROM {table} WHERE tagging_id IN ({last})"
            rows += [(table, *map(str, row[1:])) for row in connection.execute(sa.text(query))]
    return sorted(rows)


EDITS = {
    "added": (QUOTE, COURSE),
    "changed": (replace(QUOTE, phrase="追加ライセンスのお見積もり"),),
    "weight": (replace(QUOTE, weight=0.5),),
    "removed": (COURSE,),
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_is_carried_over_is_what_reading_again_finds(
    centre: Centre, edit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre.night()
    publish(centre, *EDITS[edit])
    centre.night()
    carried = found(centre)
    monkeypatch.setattr(nightly, "carrier_of", lambda night: None)
    with centre.open() as store, store.writing() as connection:
        connection.execute(sa.text("DELETE FROM ledger WHERE stage = 'tag'"))
        for table in ("tags", "moments", "call_scores", "taggings"):
            connection.execute(sa.text(f"DELETE FROM {table}"))
    centre.night()
    assert carried == found(centre) != []


def test_only_calls_that_the_edit_touches_are_read(centre: Centre, read_again: list[str]) -> None:
    centre.night()
    read_again.clear()
    publish(centre, QUOTE, COURSE)
    centre.night()
    assert read_again == ["course"]
    read_again.clear()
    publish(centre, COURSE)
    centre.night()
    assert read_again == ["quote"]
    assert centre.report["versions"]["dictionary"] == PhraseSet((COURSE,)).version


def test_without_kept_forms_everything_is_read(centre: Centre, read_again: list[str]) -> None:
    centre.night()
    read_again.clear()
    with centre.open() as store, store.writing() as connection:
        connection.execute(sa.text("DELETE FROM call_forms"))
    publish(centre, QUOTE, COURSE)
    centre.night()
    assert sorted(read_again) == ["course", "plain", "quote"]


def test_where_another_night_took_over_all_are_read(
    centre: Centre, read_again: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    centre.night()
    read_again.clear()
    publish(centre, QUOTE, COURSE)

    def lost(connection: Connection, run_id: int, items: Sequence[Claim]) -> None:
        raise LeaseLost("tag")

    monkeypatch.setattr(ledger, "settle_all", lost)
    centre.night()
    assert sorted(read_again) == ["course", "plain", "quote"]


def test_rows_that_are_not_held_are_not_settled_together(centre: Centre) -> None:
    centre.night()
    with centre.open() as store, store.reading() as connection:
        row = connection.execute(sa.text("SELECT * FROM ledger WHERE stage = 'tag'")).first()
        assert row is not None
    claim = Claim(row.recording_id, "tag", row.version, row.token, row.attempts)
    with centre.open() as store, pytest.raises(LeaseLost), store.writing() as connection:
        ledger.settle_all(connection, 1, [claim])
