from models.simulation.benchmark import measure


def test_a_row_tells_size_time_and_memory_of_a_whole_estimate() -> None:
    row = measure(600, second_opinion=False)
    assert (row["terms"], row["second_opinion"]) == (600, False)
    assert row["seconds"] > 0
    assert row["peak_memory_mib"] > 50
    assert row["moments_shown"] >= 1
