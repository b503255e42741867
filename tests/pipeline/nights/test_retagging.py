"""Kept forms and earlier tags save work and change nothing."""

from collections.abc import Container, Sequence

import pytest

from models.moments.labels import LABELS, OPERATOR_LABELS, Placed, Sentence, Verdict
from phrases.entry import Phrase, PhraseSet
from phrases.matcher import Matcher
from pipeline.nights.retagging import tag
from pipeline.records import Transcript, Utterance
from pipeline.store.forms import Kept
from pipeline.text.tagger import Tagger

CALL = Transcript(
    "C1",
    None,
    None,
    {},
    (
        Utterance("operator", "では、お見積もりを"),
        Utterance("operator", "えー、お送りしましょうか。"),
        Utterance("customer", "お願いします。"),
        Utterance("operator", "講習会もございますので、いかがでしょうか。"),
    ),
)
OLD = PhraseSet((Phrase("proposal.quote", "proposal", "お見積もりをお送りしましょう"),))
NEW = PhraseSet((*OLD.phrases, Phrase("proposal.course", "proposal", "講習会〜いかが")))


class Judge:
    """A classifier that finds every operator's sentence likely, and counts what it reads."""

    def __init__(self) -> None:
        self.read = 0

    def classify_utterances(self, utterances: Sequence[Sentence], only: Container[int] | None = None) -> list[Placed]:
        chosen = [index for index in range(len(utterances)) if only is None or index in only]
        self.read += len(chosen)
        verdict = Verdict({**dict.fromkeys(OPERATOR_LABELS, 0.0), "proposal": 0.9}, ("proposal",))
        return [Placed(index, 0, len(utterances[index].text), verdict) for index in chosen]


def tagger(dictionary: PhraseSet) -> tuple[Tagger, Judge]:
    judge = Judge()
    return Tagger(Matcher(dictionary), judge, dictionary.version, "rules", dict.fromkeys(LABELS, 0.5)), judge


def test_kept_forms_and_tags_give_what_reading_afresh_gives() -> None:
    before = tag(tagger(OLD)[0], CALL, Kept())
    afresh = tag(tagger(NEW)[0], CALL, Kept())
    assert before.new_forms is not None and afresh.new_forms == before.new_forms
    for kept in (Kept(before.new_forms), Kept(None, before.tags), Kept(before.new_forms, before.tags)):
        again = tag(tagger(NEW)[0], CALL, kept)
        assert (again.tags, again.moments) == (afresh.tags, afresh.moments)
    assert len(afresh.tags) > len(before.tags)


def test_kept_forms_are_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tag(tagger(OLD)[0], CALL, Kept()).new_forms
    again, _ = tagger(NEW)
    monkeypatch.setattr(again.matcher, "analyse", lambda lines: pytest.fail("analysed again"))
    assert tag(again, CALL, Kept(kept)).new_forms is None


def test_with_earlier_tags_the_classifier_reads_no_utterance_that_it_knows() -> None:
    before = tag(tagger(OLD)[0], CALL, Kept())
    again, judge = tagger(OLD)
    tag(again, CALL, Kept(before.new_forms, before.tags))
    assert judge.read == 0
