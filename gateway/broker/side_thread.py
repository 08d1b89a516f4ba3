"""Waiting for somebody else in a thread of its own, so that no commit waits for it."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def beside(name: str, work: Callable[[], T], wake: Callable[[], None]) -> "Future[T]":
    """Do ``work`` in a thread called ``name``; its result or its error is in the future.

    Args:
        name: of the thread.
        work: must end by itself.
        wake: called when it has ended.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except Exception as error:  # noqa: BLE001 - handed to whoever asks for the result
            future.set_exception(error)
        wake()

    threading.Thread(target=run, name=name, daemon=True).start()
    return future
