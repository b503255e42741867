import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from models.moments.threads import one_thread


def threads() -> set[int]:
    return {int(pool["num_threads"]) for pool in threadpool_info()}


def test_a_model_is_fitted_with_one_thread_whatever_the_machine_gives() -> None:
    assert np.ones(2) @ np.ones(2) == 2  # numpy's pool is loaded
    with threadpool_limits(2):
        assert 2 in threads()
        with one_thread():
            assert threads() == {1}
        assert 2 in threads()
