"""What the word list means is shown beside a transcript, whenever the call was transcribed; the text stays."""

from phrases.entry import Word
from pipeline.dictionaries.meant import Meant, meant_in
from pipeline.records import Correction, Transcript, Utterance

GOLD = Word("ゴールドプラン", ("ごーるどぷらん",), ("ホールドフラン",))
GUARD = Word("マモルカ", (), ("守るか",))


def heard(*texts: str, corrections: tuple[Correction, ...] = ()) -> Transcript:
    said = tuple(Utterance("operator", text) for text in texts)
    return Transcript("c", None, None, {}, said, corrections=corrections)


def test_what_was_heard_before_a_name_was_registered_is_told_beside_the_text() -> None:
    call = heard("はい。", "ホールドフランの再開とホールドフランの変更ですね。")
    assert meant_in(call, (GOLD,)) == {1: [Meant("ホールドフラン", "ゴールドプラン", is_written=False)] * 2}
    assert call.utterances[1].text.startswith("ホールドフラン")


def test_what_was_put_right_when_it_was_transcribed_is_told_with_what_was_heard() -> None:
    call = heard("ゴールドプランですね。", corrections=(Correction(0, 0, 7, "ホールドフラン"),))
    assert meant_in(call, (GOLD,)) == {0: [Meant("ホールドフラン", "ゴールドプラン", is_written=True)]}


def test_a_form_inside_another_word_and_a_call_without_names_tell_nothing() -> None:
    assert meant_in(heard("守るから大丈夫です。"), (GUARD,)) == {}
    assert meant_in(heard("ホールドフランです。"), ()) == {}
