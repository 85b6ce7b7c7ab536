"""演示区的时间：许多事各走各的，合成一条线，谁的时刻先到谁先走。"""

import heapq
from collections.abc import Callable, Generator, Iterator
from datetime import datetime
from itertools import count
from typing import Any

# A story yields the moment at which it wants to go on, and then does what happens at that moment.
Story = Iterator[datetime]
Part = Generator[datetime, None, Any]  # a part of a story that gives something back


class Storyline:
    """Stories told side by side in the order of time, so that the journal reads as the year went."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, int, Story]] = []
        self._turn = count()
        self._now: datetime | None = None

    def add(self, story: Story) -> None:
        moment = next(story, None)
        if moment is None:
            return
        if self._now is not None and moment < self._now:
            raise ValueError(f"{moment:%Y-%m-%d %H:%M}已经过了，这件事该早些加进来。")
        heapq.heappush(self._waiting, (moment, next(self._turn), story))

    def at(self, moment: datetime, happen: Callable[[datetime], object]) -> None:
        """One thing that happens at one moment."""
        self.add(_once(moment, happen))

    def run(self) -> None:
        """Until every story has been told."""
        while self._waiting:
            self._now, _, story = heapq.heappop(self._waiting)
            self.add(story)


def _once(moment: datetime, happen: Callable[[datetime], object]) -> Story:
    yield moment
    happen(moment)
