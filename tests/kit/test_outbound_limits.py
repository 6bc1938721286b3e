"""Limits of calls: one timer ends what takes too long, and nothing else."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

import pytest

from product_importer.kit.outbound.limits import LOOK, Watch

LONG = 60.0  # seconds, where a test is not about time
T = TypeVar("T")


def _run(work: Coroutine[None, None, T]) -> T:
    return asyncio.run(work)


def test_what_takes_too_long_is_ended_and_its_task_goes_on() -> None:
    async def work() -> int:
        watch = Watch()
        for _ in range(2):  # the second one when nobody is watched any more
            with pytest.raises(TimeoutError), watch.limit(0.0):
                await asyncio.sleep(LONG)
            await asyncio.sleep(2 * LOOK)
        with watch.limit(LONG):
            await asyncio.sleep(2 * LOOK)
        task = asyncio.current_task()
        return task.cancelling() if task else -1

    assert _run(work()) == 0


def test_only_those_whose_time_is_over_are_ended() -> None:
    async def work() -> list[object]:
        watch = Watch()

        async def call(seconds: float, takes: float) -> str:
            with watch.limit(seconds):
                await asyncio.sleep(takes)
            await asyncio.sleep(2 * LOOK)  # what was left in time is not ended later
            return "done"

        calls = (call(LONG, 3 * LOOK), call(0.0, LONG), call(0.0, 0.0))
        return [
            type(one) if isinstance(one, Exception) else one
            for one in await asyncio.gather(*calls, return_exceptions=True)
        ]

    assert _run(work()) == ["done", TimeoutError, "done"]


def test_all_that_hang_are_ended_once_each_beside_others() -> None:
    async def work() -> list[type]:
        watch, all_ended = Watch(), asyncio.Barrier(10)

        async def hang() -> None:
            try:
                with watch.limit(0.0):
                    try:
                        await asyncio.sleep(LONG)
                    finally:
                        await asyncio.sleep(3 * LOOK)  # to end takes a while, and it is looked at meanwhile
            finally:
                await all_ended.wait()

        async def last() -> None:
            with watch.limit(LONG):
                await all_ended.wait()

        calls = (*(last() for _ in range(5)), *(hang() for _ in range(5)))
        return [type(one) for one in await asyncio.gather(*calls, return_exceptions=True)]

    assert _run(work()) == [type(None)] * 5 + [TimeoutError] * 5


@pytest.mark.parametrize("seconds", [LONG, 0.0], ids=["in time", "over"])
def test_a_task_that_others_end_does_not_take_it_for_its_time(seconds: float) -> None:
    async def work() -> bool:
        watch = Watch()

        async def call() -> None:
            with watch.limit(seconds):
                try:
                    await asyncio.sleep(LONG)
                finally:
                    task = asyncio.current_task()
                    if task is not None and seconds == 0.0:
                        task.cancel()  # as another would at the same moment

        task = asyncio.create_task(call())
        await asyncio.sleep(0)
        if seconds:
            task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert _run(work())
