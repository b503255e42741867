"""Two sources of evidence stay apart, and the decision is made from both."""

from collections.abc import Sequence

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

    def classify_utterances(self, utterances: Sequence[Sentence]) -> list[Placed]:
        self.read = [utterance.text for utterance in utterances]
        labels = ("proposal",) if self.probability >= 0.5 else ()
        verdict = Verdict({**dict.fromkeys(OPERATOR, 0.0), "proposal": self.probability}, labels)
        return [Placed(index, 0, len(item.text), verdict) for index, item in enumerate(utterances) if item.text]


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
