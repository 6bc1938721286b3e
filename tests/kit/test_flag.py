"""A flag may be raised by a signal handler, whatever the interrupted thread was at."""

import signal
import threading

from product_importer.kit.flag import Flag


def test_a_handler_raises_it_at_any_moment_of_a_wait() -> None:
    flags: list[Flag] = []
    before = signal.signal(signal.SIGALRM, lambda _number, _frame: flags[-1].set())
    try:
        for tenth in range(300):
            flags.append(Flag())
            signal.setitimer(signal.ITIMER_REAL, 0.0001 + tenth % 10 / 10_000)
            while not flags[-1].wait(0.0001):
                pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert all(flag.is_set() for flag in flags)


def test_everybody_who_waits_is_woken_and_nobody_waits_afterwards() -> None:
    flag, woken = Flag(), threading.Semaphore(0)
    assert flag.wait(0) is False

    def wait() -> None:
        flag.wait()
        woken.release()

    waiting = [threading.Thread(target=wait) for _ in range(3)]
    for thread in waiting:
        thread.start()
    flag.set()
    for thread in waiting:
        thread.join(60)
    assert [woken.acquire(blocking=False) for _ in waiting] == [True] * 3
    assert flag.wait() is True
