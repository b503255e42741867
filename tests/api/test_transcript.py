"""How a call is laid out for its readers."""

from api.transcript import lay_out
from pipeline.records import Tag, Transcript, Utterance


def test_what_the_classifier_only_nearly_said_is_not_shown_to_readers() -> None:
    call = Transcript("c", None, None, {}, (Utterance("operator", "設定してみましょうか。"),))
    nearly = Tag(0, 0, 11, "enablement", "classifier", None, None, 0.4, "threshold")
    refused = Tag(0, 0, 4, "proposal", "phrase", "p-1", "surface", 0.9, "negation")
    (turn,) = lay_out(call, (nearly, refused), ())
    assert turn.lines[0].tags == (refused,)
