import random

from models.moments.noise import LONGEST_EXCERPT, as_recognised, confusions, excerpts, noisy, recognised
from tests.models.moments.calls import call_of


def test_a_misheard_word_is_one_of_its_known_confusions() -> None:
    assert "かいやく" in confusions()["解約"]


def test_the_same_seed_gives_the_same_calls() -> None:
    calls = [call_of([("customer", "解約の手続きについて、教えていただけますか。", "churn_risk")] * 20)]
    assert recognised(calls, 3) == recognised(calls, 3)
    assert recognised(calls, 3) != recognised(calls, 4)


def test_a_cut_sentence_keeps_its_labels_on_the_longer_part_only() -> None:
    lines = [("operator", "もしよろしければですね、来月から上のプランに替えられてはいかがでしょうか。", "proposal")]
    call = call_of(lines * 200)
    read = as_recognised(call, random.Random(0))
    assert len(read.sentences) > len(call.sentences)
    assert sum("proposal" in labels for labels in read.labels) == 200


def test_punctuation_can_be_lost() -> None:
    assert not set("。、？") & set(noisy("はい、そうですか。いいですね？", "none", random.Random(1)))


def test_excerpts_hold_every_sentence_once_in_short_pieces() -> None:
    call = call_of([("operator", f"文{number}", "appeal" if number == 7 else "") for number in range(30)])
    pieces = excerpts([call], 5)
    assert tuple(sentence for piece in pieces for sentence in piece.sentences) == call.sentences
    assert tuple(labels for piece in pieces for labels in piece.labels) == call.labels
    assert all(1 <= len(piece.sentences) <= LONGEST_EXCERPT for piece in pieces)
