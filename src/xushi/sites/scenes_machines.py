"""六处工地里动的：塔吊的小车和吊钩、挖机、压路机、渣土车、挖泥船、工人。"""

import math
from collections.abc import Callable

from xushi.sites.scenes_pen import Colour, Pen

Where = Callable[[str, float], float]
"""Where the machine of a name is in its stretch, 0–1; it takes about so many seconds from place to place."""

YELLOW: Colour = (204, 162, 48)
ORANGE: Colour = (196, 112, 44)
BLACK: Colour = (44, 48, 48)
STEEL: Colour = (78, 84, 86)
HELMET: Colour = (224, 188, 62)
COATS: tuple[Colour, ...] = ((54, 84, 122), (196, 92, 48), (60, 110, 86), (70, 74, 78))


def tower(pen: Pen, where: Where, built: float) -> None:
    """The jib stands, trolley and hook travel; an excavator and men on the ground and on the top floor."""
    reach = 105 + 375 * 1.0
    pen.line([(105, 57), (reach, 57)], YELLOW, 5)
    pen.line([(216, 16), (118, 55)], YELLOW, 2)
    pen.line([(216, 16), (440, 55)], YELLOW, 2)
    pen.box(110, 57, 136, 72, STEEL)
    x = 270 + 190 * where("trolley", 140)
    top = 290 - int(built * 7) * 31
    low = 84 + (top - 110) * where("hook", 90) if top > 120 else 84
    pen.line([(x, 58), (x, low)], STEEL, 2)
    pen.box(x - 16, low, x + 16, low + 9, BLACK)
    excavator(pen, 34 + 110 * where("excavator", 160), 314, 1.0, where("arm", 25), ORANGE)
    _men(pen, where, 4, (250, 580), 312)
    if built * 7 >= 1:
        _men(pen, where, 3, (312, 520), top - 6, "roof")


def houses(pen: Pen, where: Where, built: float) -> None:
    _lorry(pen, 30 + 470 * where("lorry", 150), 318)
    excavator(pen, 360 + 150 * where("excavator", 170), 288, 0.8, where("arm", 25), YELLOW)
    _men(pen, where, 5, (40, 540), 286)


def factory(pen: Pen, where: Where, built: float) -> None:
    _lorry(pen, 20 + 500 * where("lorry", 130), 322)
    _lift(pen, 130 + 400 * where("lift", 170), 288, where("boom", 60))
    _men(pen, where, 5, (60, 590), 292)


def road(pen: Pen, where: Where, built: float) -> None:
    far = where("roller", 150)
    _roller(pen, 400 + 120 * far, 208 + 74 * far, 0.8 + 0.5 * far)
    deep = where("lorry", 190)
    _lorry(pen, 250 - 120 * deep, 196 + 84 * deep, 0.5 + 0.5 * deep)
    _men(pen, where, 4, (200, 470), 262)


def river(pen: Pen, where: Where, built: float) -> None:
    x = 150 + 300 * where("dredger", 190)
    pen.shape([(x - 64, 226), (x + 64, 226), (x + 52, 244), (x - 52, 244)], BLACK)
    excavator(pen, x - 30, 228, 0.9, where("arm", 25), ORANGE)
    _lorry(pen, 40 + 480 * where("lorry", 150), 330)
    _men(pen, where, 4, (60, 580), 312)


def pit(pen: Pen, where: Where, built: float) -> None:
    excavator(
        pen, 300 + 180 * where("excavator", 150), 196 + 40 * where("deep", 210), 1.0, where("arm", 25), YELLOW
    )
    _men(pen, where, 7, (150, 500), 268)
    _lorry(pen, 20 + 60 * where("lorry", 240), 336)


def excavator(pen: Pen, x: float, foot: float, scale: float, arm: float, paint: Colour) -> None:
    """A tracked excavator; arm 0–1 swings its boom from low to high."""
    pen.box(x, foot, x + 76 * scale, foot + 12 * scale, BLACK)
    pen.box(x + 8 * scale, foot - 25 * scale, x + 68 * scale, foot, paint)
    pen.box(x + 14 * scale, foot - 21 * scale, x + 32 * scale, foot - 8 * scale, (150, 170, 176))
    angle = math.radians(6 + 58 * arm)
    elbow = (x + 62 * scale + 52 * scale * math.cos(angle), foot - 20 * scale - 52 * scale * math.sin(angle))
    pen.line([(x + 62 * scale, foot - 20 * scale), elbow], paint, 9 * scale)
    tip = (
        elbow[0] + 26 * scale * math.cos(1.2 - angle / 2),
        elbow[1] + 26 * scale * math.sin(1.2 - angle / 2),
    )
    pen.line([elbow, tip], paint, 7 * scale)
    pen.round(tip[0], tip[1], 7 * scale, BLACK)


def _lorry(pen: Pen, x: float, foot: float, scale: float = 1.0) -> None:
    pen.box(x, foot - 34 * scale, x + 66 * scale, foot - 6 * scale, (124, 132, 96))
    pen.box(x + 69 * scale, foot - 28 * scale, x + 92 * scale, foot - 6 * scale, (186, 72, 48))
    pen.box(x + 78 * scale, foot - 24 * scale, x + 90 * scale, foot - 15 * scale, (150, 170, 176))
    for wheel in (14, 34, 80):
        pen.round(x + wheel * scale, foot - 5 * scale, 8 * scale, BLACK)


def _roller(pen: Pen, x: float, foot: float, scale: float) -> None:
    pen.box(x, foot - 30 * scale, x + 46 * scale, foot - 8 * scale, YELLOW)
    pen.box(x + 6 * scale, foot - 44 * scale, x + 28 * scale, foot - 28 * scale, (212, 182, 84))
    pen.round(x + 44 * scale, foot - 9 * scale, 12 * scale, BLACK)
    pen.round(x + 8 * scale, foot - 9 * scale, 10 * scale, BLACK)


def _lift(pen: Pen, x: float, foot: float, up: float) -> None:
    tip = (x + 26 + 26 * up, foot - 40 - 74 * up)
    pen.box(x, foot - 14, x + 46, foot - 4, ORANGE)
    pen.round(x + 8, foot - 3, 6, BLACK)
    pen.round(x + 38, foot - 3, 6, BLACK)
    pen.line([(x + 20, foot - 12), tip], ORANGE, 4)
    pen.box(tip[0] - 11, tip[1] - 16, tip[0] + 11, tip[1], STEEL)


def _men(
    pen: Pen, where: Where, count: int, stretch: tuple[float, float], foot: float, group: str = "men"
) -> None:
    """Workers walk about where work is; parked they are all gone home."""
    if where(f"{group}0", 70) == where(f"{group}1", 80):
        return
    for number in range(count):
        x = stretch[0] + (stretch[1] - stretch[0]) * where(f"{group}{number}", 70 + 10 * number)
        y = foot + 5 * (number % 3)
        pen.box(x - 4, y - 15, x + 4, y, COATS[number % len(COATS)])
        pen.box(x - 3, y, x + 3, y + 9, BLACK)
        pen.round(x, y - 19, 4, HELMET)
