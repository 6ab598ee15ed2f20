"""Running one job many times at once: in threads, or in processes of their own; always bounded."""

import multiprocessing
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier
from typing import Any

LIMIT = 120.0

spawn = multiprocessing.get_context("spawn")


def in_threads(count: int, job: Callable[..., Any], *arguments: Any) -> list[Any]:
    """The results of `job(number, *arguments)` for each number, all begun at the same moment."""
    start = threading.Barrier(count)

    def work(number: int) -> Any:
        start.wait(LIMIT)
        return job(number, *arguments)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count), timeout=LIMIT))


def in_processes(count: int, job: Callable[..., Any], *arguments: Any) -> list[Any]:
    """The same in new processes; an exception in one of them is raised here."""
    start = spawn.Barrier(count)
    deadline = time.monotonic() + LIMIT
    children = [begin(_work, start, job, number, *arguments) for number in range(count)]
    try:
        return [answer(line, deadline - time.monotonic()) for _, line in children]
    finally:
        for process, line in children:
            end(process, line)


def begin(target: Callable[..., None], *arguments: Any) -> tuple[BaseProcess, Connection]:
    """A new process that runs `target(line, *arguments)`, and our end of its line."""
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=target, args=(theirs, *arguments), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def answer(line: Connection, timeout: float = LIMIT) -> Any:
    """The next word of a process; raised where it is an exception."""
    assert line.poll(max(0.0, timeout)), "a process said nothing in time"
    word = line.recv()
    if isinstance(word, Exception):
        raise word
    return word


def end(process: BaseProcess, line: Connection) -> None:
    """SIGKILL, where it still runs, and wait until it is gone."""
    process.kill()
    process.join(LIMIT)
    process.close()
    line.close()


def _work(line: Connection, start: Barrier, job: Callable[..., Any], *arguments: Any) -> None:
    try:
        start.wait(LIMIT)
        result = job(*arguments)
    except Exception as error:  # noqa: BLE001 - told to the parent, who raises it
        result = error
    line.send(result)
