"""Two sources of evidence stay apart, and the decision is made from both."""

from collections.abc import Container, Sequence

import pytest

from models.moments.labels import Placed, Sentence, Verdict
from phrases.entry import Phrase, PhraseSet
from phrases.matcher import Matcher
from pipeline.records import Speaker, Transcript, Utterance
from pipeline.text.tagger import Tagger

QUOTE = Phrase("proposal.quote", "proposal", "お見積もりをお送りしましょうか")
OPERATOR = ("appeal", "enablement", "proposal")


class Judge:
    """A classifier that gives every operator sentence the same proposal probability."""

    def __init__(self, probability: float) -> None:
        self.probability = probability
        self.read: list[str] = []

    def classify_utterances(self, utterances: Sequence[Sentence], only: Container[int] | None = None) -> list[Placed]:
        chosen = [index for index in range(len(utterances)) if only is None or index in only]
        self.read = [utterances[index].text for index in chosen]
        labels = ("proposal",) if self.probability >= 0.5 else ()
        verdict = Verdict({**dict.fromkeys(OPERATOR, 0.0), "proposal": self.probability}, labels)
        return [Placed(index, 0, len(utterances[index].text), verdict) for index in chosen if utterances[index].text]


def tagger(judge: Judge) -> Tagger:
    return Tagger(Matcher(PhraseSet((QUOTE,))), judge, "dictionary", "rules")


def call(text: str, speaker: Speaker = "operator", flags: tuple[str, ...] = ()) -> Transcript:
    return Transcript("C1", None, None, {}, (Utterance(speaker, text, flags=flags),))


def test_tagger_sentence_that_no_phrase_knows_is_a_moment() -> None:
    tags, moments = tagger(Judge(0.9)).read(call("上の料金表のほうが合っているかもしれません。"))
    assert [(tag.source, tag.label, tag.confidence) for tag in tags] == [("classifier", "proposal", 0.9)]
    assert [(moment.label, moment.reasons) for moment in moments] == [("proposal", ("classifier",))]


def test_tagger_both_sources_are_named_as_reasons() -> None:
    tags, (moment,) = tagger(Judge(0.9)).read(call("では、お見積もりをお送りしましょうか。"))
    assert {tag.source for tag in tags} == {"phrase", "classifier"}
    assert moment.reasons == ("classifier", "phrase:proposal.quote")


def test_tagger_hit_in_a_sentence_that_is_plainly_something_else_is_shown_not_counted() -> None:
    (tag,), moments = tagger(Judge(0.01)).read(call("では、お見積もりをお送りしましょうか。"))
    assert (tag.source, tag.cancelled_by) == ("phrase", "classifier")
    assert moments == ()


def test_tagger_hit_in_an_uncertain_sentence_counts() -> None:
    _, moments = tagger(Judge(0.3)).read(call("では、お見積もりをお送りしましょうか。"))
    assert [moment.label for moment in moments] == ["proposal"]


def test_tagger_suspected_speech_is_not_read() -> None:
    judge = Judge(0.9)
    tags, moments = tagger(judge).read(call("ご視聴ありがとうございました", flags=("suspect_silence",)))
    assert judge.read == [""] and tags == () and moments == ()


TWO = Transcript(
    "C1",
    None,
    None,
    {},
    (Utterance("operator", "お見積もりをお送りしましょうか。"), Utterance("operator", "上の料金表もございます。")),
)
TABLE = Phrase("proposal.table", "proposal", "上の料金表")


@pytest.mark.parametrize("probability", [0.9, 0.3, 0.01])
def test_tagger_reading_again_with_another_dictionary_gives_what_reading_anew_gives(probability: float) -> None:
    before, _ = tagger(Judge(probability)).read(TWO)
    judge = Judge(probability)
    edited = Tagger(Matcher(PhraseSet((QUOTE, TABLE))), judge, "another", "rules")
    assert edited.reread(TWO, before) == edited.read(TWO)


def test_tagger_reading_again_asks_the_classifier_about_new_hits_only() -> None:
    before, _ = tagger(Judge(0.3)).read(TWO)
    judge = Judge(0.3)
    Tagger(Matcher(PhraseSet((QUOTE, TABLE))), judge, "another", "rules").reread(TWO, before)
    assert judge.read == ["上の料金表もございます。"]
    Tagger(Matcher(PhraseSet(())), judge, "empty", "rules").reread(TWO, before)
    assert judge.read == ["上の料金表もございます。"]
