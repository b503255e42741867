"""Two sources of evidence stay apart, and the decision is made from both."""

from collections.abc import Container, Sequence
from pathlib import Path

import pytest

from models.moments.labels import CUSTOMER_LABELS, OPERATOR_LABELS, Placed, Sentence, Verdict
from phrases.entry import Phrase, PhraseSet
from phrases.files import load_starter
from phrases.matcher import Matcher
from pipeline.errors import KoukenError
from pipeline.records import Speaker, Transcript, Utterance
from pipeline.settings import MomentsSettings
from pipeline.text.tagger import Tagger, load_tagger

HALF = dict.fromkeys((*OPERATOR_LABELS, *CUSTOMER_LABELS), 0.5)
STRICT = MomentsSettings(thresholds={"proposal": 0.9})
QUOTE = Phrase("proposal.quote", "proposal", "お見積もりをお送りしましょうか")


class Judge:
    """A classifier that gives every operator sentence the same proposal probability."""

    def __init__(self, probability: float) -> None:
        self.probability = probability
        self.read: list[str] = []

    def classify_utterances(self, utterances: Sequence[Sentence], only: Container[int] | None = None) -> list[Placed]:
        chosen = [index for index in range(len(utterances)) if only is None or index in only]
        self.read = [utterances[index].text for index in chosen]
        labels = ("proposal",) if self.probability >= 0.5 else ()
        verdict = Verdict({**dict.fromkeys(OPERATOR_LABELS, 0.0), "proposal": self.probability}, labels)
        return [Placed(index, 0, len(utterances[index].text), verdict) for index in chosen if utterances[index].text]


def tagger(judge: Judge) -> Tagger:
    return Tagger(Matcher(PhraseSet((QUOTE,))), judge, "dictionary", "rules", HALF)


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
    edited = Tagger(Matcher(PhraseSet((QUOTE, TABLE))), judge, "another", "rules", HALF)
    assert edited.reread(TWO, before) == edited.read(TWO)


def test_tagger_reading_again_asks_the_classifier_about_new_hits_only() -> None:
    before, _ = tagger(Judge(0.2)).read(TWO)
    judge = Judge(0.2)
    Tagger(Matcher(PhraseSet((QUOTE, TABLE))), judge, "another", "rules", HALF).reread(TWO, before)
    assert judge.read == ["上の料金表もございます。"]
    Tagger(Matcher(PhraseSet(())), judge, "empty", "rules", HALF).reread(TWO, before)
    assert judge.read == ["上の料金表もございます。"]


def test_tagger_label_just_below_its_threshold_is_shown_not_counted_and_waits_for_review() -> None:
    (near,), moments = tagger(Judge(0.4)).read(call("上の料金表のほうが合っているかもしれません。"))
    assert (near.source, near.confidence, near.cancelled_by) == ("classifier", 0.4, "threshold")
    assert moments == ()
    assert tagger(Judge(0.2)).read(call("上の料金表のほうが合っているかもしれません。")) == ((), ())


def test_tagger_reading_again_keeps_what_the_classifier_thought_of_a_sentence() -> None:
    for probability, cancelled_by in ((0.1, "classifier"), (0.4, None), (0.9, None)):
        judge = Judge(probability)
        said = call("では、お見積もりをお送りしましょうか。")
        tags, moments = tagger(judge).read(said)
        assert [tag.cancelled_by for tag in tags if tag.source == "phrase"] == [cancelled_by]
        judge.probability = 0.0
        assert tagger(judge).reread(said, tags) == (tags, moments)


def test_tagger_settings_that_differ_are_part_of_the_version() -> None:
    plain, strict = (load_tagger(PhraseSet(()), settings) for settings in (None, STRICT))
    assert plain.rules_version == load_tagger(PhraseSet(()), MomentsSettings()).rules_version
    assert strict.rules_version.startswith(plain.rules_version + "+")
    assert strict.thresholds == {**plain.thresholds, "proposal": 0.9}


def test_tagger_model_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(KoukenError, match=r"manifest\.json がありません"):
        load_tagger(PhraseSet(()), MomentsSettings(model=tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("speaker", ["operator", "customer", "unknown"])
def test_tagger_odd_utterances_do_not_keep_the_others_from_being_read(speaker: Speaker) -> None:
    odd = (
        "",
        " ",
        "あ",
        "😀😀",
        "Hello, I would like to cancel.",
        "我想解约",
        "\ud83d",
        "あ" * 10_000,
        "[O][C]</s>",
        "\x00\n",
    )
    offer = Utterance("operator", "人数が増えるのでしたら、一つ上のコースに変えられてはいかがでしょうか。")
    said = Transcript("C1", None, None, {}, (*(Utterance(speaker, text) for text in odd), offer))
    tags, moments = load_tagger(load_starter()).read(said)
    assert ("proposal", (len(odd),)) in [(moment.label, moment.utterances) for moment in moments]
    assert speaker != "unknown" or {tag.utterance for tag in tags} == {len(odd)}
