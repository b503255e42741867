"""One thread where a model is fitted: sums that threads share out differ a little with how many there are."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold BLAS and OpenMP to one thread, so that data and seed alone decide what is fitted."""
    import scipy.linalg  # noqa: F401  # what is loaded later would not be held
    import sklearn.linear_model  # noqa: F401
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield
