"""画工地的笔：坐标总是 640×360 的，画多大由笔去放。"""

from collections.abc import Sequence

from PIL import ImageDraw

WIDE, TALL = 640, 360
Size = tuple[int, int]
Point = tuple[float, float]
Colour = tuple[int, int, int]


class Pen:
    """Draws in units of a picture of 640 × 360, whatever the size of the picture is."""

    def __init__(self, draw: ImageDraw.ImageDraw, size: Size) -> None:
        self._draw = draw
        self._across, self._down = size[0] / WIDE, size[1] / TALL

    def _at(self, x: float, y: float) -> Point:
        return x * self._across, y * self._down

    def shape(self, points: Sequence[Point], fill: Colour) -> None:
        self._draw.polygon([self._at(*one) for one in points], fill=fill)

    def box(self, left: float, top: float, right: float, low: float, fill: Colour) -> None:
        if right > left and low > top:
            self._draw.rectangle((*self._at(left, top), *self._at(right, low)), fill=fill)

    def round(self, x: float, y: float, radius: float, fill: Colour) -> None:
        self._draw.ellipse((*self._at(x - radius, y - radius), *self._at(x + radius, y + radius)), fill=fill)

    def line(self, points: Sequence[Point], fill: Colour, width: float = 1) -> None:
        thick = max(round(width * self._down), 1)
        self._draw.line([self._at(*one) for one in points], fill=fill, width=thick)

    def fade(self, top: float, low: float, first: Colour, last: Colour) -> None:
        """A band over the whole width that goes from one colour to another."""
        begin, end = round(top * self._down), round(low * self._down)
        for row in range(begin, end):
            share = (row - begin) / max(end - begin - 1, 1)
            fill = tuple(round(a + (b - a) * share) for a, b in zip(first, last, strict=True))
            self._draw.line(((0, row), (WIDE * self._across, row)), fill=fill)
