"""模拟摄像头看到的画面：场景每秒画一张，机器和钟每帧动。"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from xushi.sites import scenes
from xushi.sites.sim import bars
from xushi.sites.sim.modes import Mode, Part

Moment = Callable[[], datetime]
DARK = 0.06  # of the light of the hour, where a camera is too dark to see
YARD = 7  # parts of the height the yard takes at the foot of the picture
LAP = 8.0  # seconds a machine takes across the yard


@dataclass(frozen=True, slots=True)
class Spec:
    """Size, frames a second and bits a second of a stream."""

    width: int = 640
    height: int = 360
    rate: int = 10
    bits: int = 500_000
    grain: int = 0  # of the sensor, in steps of brightness

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height


class Picture:
    """Draws one camera, frame after frame."""

    def __init__(self, part: Part, spec: Spec, moment: Moment, *, with_bars: bool = True) -> None:
        self.part, self.spec, self.with_bars = part, spec, with_bars
        self._moment = moment
        self._stopped = moment() if part.mode is Mode.FROZEN else None
        self._second = -1
        self._ground: NDArray[np.uint8] | None = None
        self._sheet: NDArray[np.uint8] | None = None
        self._laid = 0

    def at_once(self) -> tuple[NDArray[np.uint8], datetime]:
        """The picture of this moment as rows of RGB, and the moment painted into it."""
        moment = self._stopped or self._moment()
        second = int(moment.timestamp())
        if self._ground is None or second != self._second:
            self._ground, self._second = self._drawn(moment), second
        frame = self._ground.copy()
        if self.part.mode is not Mode.STILL:
            self._machine(frame, moment)
        if self.spec.grain:
            self._grain(frame)
        if self.with_bars:
            for colour in range(3):
                bars.paint(frame[:, :, colour], moment)
        return frame, moment

    def _drawn(self, moment: datetime) -> NDArray[np.uint8]:
        mode, built = self.part.mode, self.part.built
        image = scenes.draw(
            self.part.scene,
            moment,
            size=self.spec.size,
            progress=0.35 + 0.05 * (self.part.number % 12) if built is None else built,
            working=mode is not Mode.STILL,
            light=DARK if mode is Mode.DARK else 1.0,
            clock=True,
        )
        return np.asarray(image.convert("RGB"))

    def _grain(self, frame: NDArray[np.uint8]) -> None:
        """What a real sensor adds, so that a stream needs the bits a real one needs; one sheet laid anew each time."""
        if self._sheet is None:
            noise = np.random.default_rng(7).integers(0, self.spec.grain + 1, frame.shape[:2], dtype=np.uint8)
            self._sheet = np.repeat(noise[:, :, None], 3, axis=2)
        self._laid += 1
        down, across = self._laid * 37 % frame.shape[0], self._laid * 91 % frame.shape[1]
        np.add(frame // 2 + 60, np.roll(self._sheet, (down, across), axis=(0, 1)), out=frame)

    def _machine(self, frame: NDArray[np.uint8], moment: datetime) -> None:
        """A machine that goes to and fro in the yard, so that each frame is another."""
        height, width = frame.shape[:2]
        side = max(height // 18, 6)
        share = moment.timestamp() % (2 * LAP) / LAP
        left = int((share if share < 1 else 2 - share) * (width - 2 * side))
        top = height - height // YARD
        frame[top : top + side, left : left + 2 * side] = (201, 122, 44)
        frame[top + side - side // 4 : top + side, left : left + 2 * side] = (40, 44, 43)
