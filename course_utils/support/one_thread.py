"""One thread for the matrix products of the course: they are small, and more threads get into each other's way.

    with one_thread():
        ...

    @one_thread()
    def multiplied(...): ...

On a busy machine two threads, each waiting for the other, have taken twenty times as long as one. And sums come out the
same, bit by bit, however many processors there are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]


@contextmanager
def one_thread() -> Iterator[None]:
    """Inside, or in the function that it decorates, BLAS takes one thread; afterwards as many as before."""
    with _libraries().limit(limits=1, user_api="blas"):
        yield


@cache
def _libraries() -> ThreadpoolController:
    """Those that numpy has loaded: to look for them takes longer than a product."""
    return ThreadpoolController()
