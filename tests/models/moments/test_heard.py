from models.moments.heard import Timed, heard_call
from models.moments.labels import HEARD


def said(text: str, start_ms: int, end_ms: int, *labels: str, speaker: str = "operator") -> Timed:
    return Timed(speaker, text, start_ms, end_ms, frozenset(labels))


def labels(said_sentences: list[Timed], heard_sentences: list[Timed]) -> list[tuple[str, str]]:
    call = heard_call("c", "試験", "train", said_sentences, heard_sentences)
    assert (call.form, call.call_id) == (HEARD, "c")
    return [(s.text, ",".join(sorted(found))) for s, found in zip(call.sentences, call.labels, strict=True)]


def test_labels_follow_the_words_to_where_they_were_heard() -> None:
    truth = [said("お電話です。", 0, 900), said("見積もりをお送りしましょうか。", 1000, 3000, "proposal")]
    heard = [said("お電話です。", 50, 880), said("三森をお送りしましょうか。", 1100, 2900)]
    assert labels(truth, heard) == [("お電話です。", ""), ("三森をお送りしましょうか。", "proposal")]


def test_a_sentence_heard_in_two_pieces_bears_its_label_on_the_longer() -> None:
    truth = [said("よければ、見積もりをお送りしましょうか。", 0, 3000, "proposal")]
    heard = [said("よければ。", 0, 600), said("見積もりをお送りしましょうか。", 700, 3000)]
    assert labels(truth, heard) == [("よければ。", ""), ("見積もりをお送りしましょうか。", "proposal")]


def test_two_sentences_heard_as_one_give_it_both_labels() -> None:
    truth = [said("快適ですよ。", 0, 1000, "appeal"), said("いかがですか。", 1100, 2000, "proposal")]
    assert labels(truth, [said("快適ですよいかがですか", 0, 2000)]) == [("快適ですよいかがですか", "appeal,proposal")]


def test_what_the_other_speaker_says_at_the_same_time_bears_nothing() -> None:
    truth = [said("いかがですか。", 0, 1000, "proposal")]
    assert labels(truth, [said("はい。", 0, 1000, speaker="customer")]) == [("はい。", "")]


def test_a_label_of_which_nothing_was_heard_is_lost() -> None:
    truth = [said("いかがですか。", 0, 1000, "proposal")]
    assert labels(truth, [said("少々お待ちください。", 950, 4000), said(" ", 0, 1000)]) == [
        ("少々お待ちください。", "")
    ]
