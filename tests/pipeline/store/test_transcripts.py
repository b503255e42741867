"""A transcript comes out of the store as it went in."""

import sqlalchemy as sa

from pipeline.records import Acoustics, AudioFacts, Correction, MaskedRange, ModelInfo, Transcript, Utterance, Word
from pipeline.store.connect import Store
from pipeline.store.schema import recordings
from pipeline.store.transcripts import read_transcript, save_transcript
from tests.api.world import fill, plain_calls

WHOLE = Transcript(
    "call-x",
    AudioFacts(12.5, 2, 8000, "pcm_mulaw", "wav", 12.5, 1.0, 1, ("bad_packets",)),
    ModelInfo("whisper-base", "1", "0" * 64),
    {"recipe": 4},
    (
        Utterance("operator", "マモルカです。", 0, 0, 900, 0.9, (), (Word(0, 900, 0, 6),)),
        Utterance("customer", "＊＊です。", 1, 1000, 1900, 0.8, ("backchannel",)),
    ),
    (MaskedRange("name", 1, 1000, 1900),),
    (Correction(0, 0, 4, "守るか"),),
    Acoustics(12_500, 900, 900, 0.5, ((0, 1000),), ((3000, 7000),), 100, 7.5, None, -21.5, None, 62.5, "m-1"),
)


def test_transcript_comes_back_whole(store: Store) -> None:
    fill(store, plain_calls(1, "OP-1", "", 1))
    with store.writing() as connection:
        recording = connection.execute(sa.select(recordings.c.recording_id)).scalars().all()[0]
        key = save_transcript(connection, recording, "another version", WHOLE)
        assert read_transcript(connection, key, "call-x") == WHOLE


def test_transcript_without_figures_comes_back_without(store: Store) -> None:
    fill(store, plain_calls(1, "OP-1", "", 1))
    plain = Transcript("call-x", WHOLE.audio, WHOLE.model, {}, ())
    with store.writing() as connection:
        recording = connection.execute(sa.select(recordings.c.recording_id)).scalars().all()[0]
        assert read_transcript(connection, save_transcript(connection, recording, "v", plain), "call-x") == plain


def test_storing_reads_no_table_from_end_to_end_however_many_there_are(store: Store) -> None:
    """PostgreSQL keeps plans made for empty tables: a first night of 100,000 calls read 40,000 rows for each line."""
    fill(store, plain_calls(1, "OP-1", "", 1))
    with store.writing() as connection:
        recording = connection.execute(sa.select(recordings.c.recording_id)).scalars().all()[0]
    if not store.is_sqlite:
        with store.writing() as connection:
            connection.exec_driver_sql("ANALYZE transcripts")  # as a server may at any time, while there is one row
    for version in range(200):
        with store.writing() as connection:
            save_transcript(connection, recording, f"v{version}", WHOLE)
    if not store.is_sqlite:
        with store.reading() as connection:
            connection.exec_driver_sql("SELECT pg_stat_force_next_flush()")
        with store.reading() as connection:
            rows = "SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'transcripts'"
            assert connection.exec_driver_sql(rows).scalar_one() < 10_000  # the whole, at each of 600 rows: 60,000
