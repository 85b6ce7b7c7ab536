"""六处工地里不动的：塔吊和楼、安置房、厂房、路、河、基坑；建成多少画多少。"""

from xushi.sites.scenes_pen import TALL, WIDE, Colour, Pen, Point

SKY: tuple[Colour, Colour] = ((160, 177, 186), (192, 200, 197))
HAZE: Colour = (170, 177, 163)
EARTH: Colour = (140, 128, 107)
SOIL: Colour = (118, 106, 88)
MUD: Colour = (96, 87, 74)
FENCE: Colour = (74, 116, 128)
GREY: Colour = (110, 118, 119)
DARK: Colour = (84, 92, 96)
YELLOW: Colour = (201, 163, 59)
PALE: Colour = (197, 203, 200)
GLASS: Colour = (131, 146, 154)
RED: Colour = (176, 74, 52)
BRICK: Colour = (166, 104, 78)
ROOF: Colour = (96, 62, 52)
LEAF: Colour = (72, 112, 84)
ASPHALT: Colour = (88, 86, 82)
GRASS: Colour = (148, 160, 134)
WATER: Colour = (104, 139, 160)
STONE: Colour = (166, 166, 158)

# left, right, foot and height of what casts the shadow
SHADOWS: dict[str, tuple[float, float, float, float]] = {
    "tower": (300, 535, 290, 150),
    "houses": (60, 330, 232, 70),
    "factory": (110, 540, 262, 90),
}
__all__ = ["SHADOWS", "TALL", "WIDE", "factory", "houses", "pit", "river", "road", "tower"]


def _sky(pen: Pen, low: float) -> None:
    pen.fade(0, low, *SKY)


def _hills(pen: Pen, foot: float) -> None:
    pen.shape(
        [(0, foot - 52), (115, foot - 76), (250, foot - 58), (400, foot - 84), (530, foot - 60),
         (WIDE, foot - 78), (WIDE, foot), (0, foot)], HAZE,
    )  # fmt: skip


def tower(pen: Pen, built: float) -> None:
    """塔吊和长高的主楼: seven storeys when it is topped out."""
    _sky(pen, 190)
    _hills(pen, 246)
    pen.shape([(0, 242), (240, 222), (WIDE, 236), (WIDE, TALL), (0, TALL)], EARTH)
    pen.shape([(0, 286), (210, 270), (WIDE, 292), (WIDE, TALL), (0, TALL)], SOIL)
    _frame_building(pen, built)
    _mast(pen)
    pen.box(0, 346, WIDE, TALL, MUD)
    for left in range(0, WIDE, 82):
        pen.box(left, 322, left + 72, 344, FENCE)


def _frame_building(pen: Pen, built: float) -> None:
    left, right, foot, storey, most = 300.0, 535.0, 290.0, 31.0, 7
    floors = built * most
    whole = int(floors)
    top = foot - whole * storey
    pen.box(left, top, right, foot, GREY)
    for column in range(7):
        x = left + column * (right - left - 8) / 6
        pen.box(x, top, x + 8, foot, DARK)
        tip = top - (floors - whole) * storey
        pen.box(x + 1, tip - 6, x + 4, top, DARK)
    for floor in range(whole + 1):
        y = foot - floor * storey
        pen.box(left - 8, y - 6, right + 6, y + 2, DARK)


def _mast(pen: Pen) -> None:
    pen.box(205, 62, 211, 306, YELLOW)
    pen.box(221, 62, 227, 306, YELLOW)
    for step in range(13):
        y = 68 + step * 18
        pen.line([(208, y), (224, y + 18)] if step % 2 else [(224, y), (208, y + 18)], YELLOW, 2)
    pen.line([(216, 14), (206, 40)], YELLOW, 5)
    pen.line([(216, 14), (226, 40)], YELLOW, 5)
    pen.box(200, 40, 232, 62, YELLOW)


def houses(pen: Pen, built: float) -> None:
    """安置房: three houses in turn, walls first, then the roof."""
    _sky(pen, 200)
    pen.box(0, 190, WIDE, 240, GRASS)
    pen.box(0, 228, WIDE, TALL, EARTH)
    for number, (left, right) in enumerate(((54, 196), (232, 356), (392, 508))):
        _house(pen, left, right, min(max(built * 3 - number, 0.0), 1.0))
    pen.box(566, 150, 574, 226, ROOF)
    for x, y, radius in ((552, 150, 34), (592, 142, 38), (572, 120, 32)):
        pen.round(x, y, radius, LEAF)
    pen.box(0, 236, WIDE, 242, RED)
    pen.box(0, 256, WIDE, 262, RED)
    for left in range(10, WIDE, 58):
        pen.box(left, 230, left + 6, 270, DARK)
    pen.box(0, 300, WIDE, TALL, ASPHALT)


def _house(pen: Pen, left: float, right: float, built: float) -> None:
    foot, tall = 230.0, 100.0
    top = foot - tall * min(built / 0.7, 1.0)
    pen.box(left, top, right, foot, BRICK)
    for number in range(2):
        x = left + (right - left) * (0.2 + 0.4 * number)
        pen.box(x, max(top + 24, foot - 70), x + 24, foot - 34, DARK) if foot - top > 64 else None
    if built > 0.7:
        middle, peak = (left + right) / 2, top - 48 * (built - 0.7) / 0.3
        pen.shape([(left - 14, top), (middle, peak), (right + 14, top)], ROOF)


def factory(pen: Pen, built: float) -> None:
    """厂房: bay after bay from the left, chimneys last."""
    _sky(pen, 200)
    _hills(pen, 236)
    pen.box(0, 234, WIDE, TALL, EARTH)
    bays, left, wide = 8, 110.0, 54.0
    done = built * bays
    for bay in range(bays):
        share = min(max(done - bay, 0.0), 1.0)
        x, top = left + bay * wide, 262 - 118 * share
        pen.box(x, top, x + wide - 1, 262, PALE if share == 1 else GREY)
        if share == 1:
            pen.box(x + 8, 166, x + 44, 196, GLASS)
            pen.box(x + 8, 212, x + 44, 242, GLASS)
            pen.box(x, 140, x + wide, 150, STONE)
    for number in range(3):
        if built > 0.6 + number * 0.12:
            pen.box(140 + number * 46, 78, 158 + number * 46, 141, GREY)
    for x in range(24, WIDE, 76):
        pen.round(x, 276, 17, LEAF)
    pen.box(0, 292, WIDE, TALL, ASPHALT)
    for x in range(-20, WIDE, 84):
        pen.box(x, 322, x + 46, 327, STONE)


def road(pen: Pen, built: float) -> None:
    """路网: paved from the near end, the rest is bare soil; cones along its edge."""
    _sky(pen, 150)
    _hills(pen, 176)
    pen.box(0, 150, WIDE, TALL, GRASS)
    pen.shape([(286, 150), (354, 150), (WIDE + 70, TALL), (-70, TALL)], EARTH)
    far = TALL - (TALL - 152) * built
    pen.shape(
        [_edge(far, 0.12), _edge(far, 0.88), _edge(TALL, 0.88), _edge(TALL, 0.12)],
        ASPHALT if built else EARTH,
    )
    for near in (352.0, 296.0, 252.0, 218.0, 193.0, 176.0):
        top = near - (near - 140) * 0.14
        if top > far:
            pen.shape([_edge(top, 0.485), _edge(top, 0.515), _edge(near, 0.515), _edge(near, 0.485)], STONE)
    for near in (330.0, 280.0, 240.0, 210.0, 188.0):
        _cone(pen, _edge(near, 0.07), (near - 130) / 12)


def _edge(y: float, share: float) -> Point:
    """A point across the road at a height of the picture: share 0 is its left, 1 its right edge."""
    deep = (y - 150) / (TALL - 150)
    left, right = 286 - 356 * deep, 354 + 356 * deep
    return left + (right - left) * share, y


def _cone(pen: Pen, foot: Point, tall: float) -> None:
    x, y = foot
    pen.shape([(x - tall * 0.36, y), (x + tall * 0.36, y), (x, y - tall)], RED)


def river(pen: Pen, built: float) -> None:
    """河道: the bank is faced with stone from the left."""
    _sky(pen, 170)
    pen.shape([(0, 168), (180, 158), (420, 166), (WIDE, 156), (WIDE, 220), (0, 220)], GRASS)
    pen.box(0, 206, WIDE, 296, WATER)
    for number in range(9):
        x, y = 40 + number * 71 % 600, 222 + number * 29 % 66
        pen.box(x, y, x + 38, y + 2, (124, 158, 176))
    pen.shape([(0, 292), (WIDE, 286), (WIDE, TALL), (0, TALL)], EARTH)
    reach = WIDE * built
    pen.shape([(0, 292), (reach, 292 - 6 * built), (reach, 322), (0, 326)], STONE)
    for x in range(0, int(reach), 32):
        pen.line([(x, 292), (x, 324)], GREY, 2)


def pit(pen: Pen, built: float) -> None:
    """基坑: the grid of the raft is laid row after row."""
    _sky(pen, 130)
    _hills(pen, 150)
    pen.box(0, 130, WIDE, TALL, EARTH)
    pen.shape([(130, 160), (530, 160), (612, 318), (40, 318)], SOIL)
    pen.shape([(160, 182), (500, 182), (560, 298), (94, 298)], MUD)
    rows = 9
    done = built * rows
    for row in range(rows + 1):
        share = min(max(done - row, 0.0), 1.0)
        y = 186 + 108 * row / rows
        left, right = 160 - 62 * row / rows, 500 + 56 * row / rows
        if share:
            pen.line([(left, y), (left + (right - left) * share, y)], STONE, 3)
    low = min(done, rows) / rows
    for column in range(15):
        x = column / 14
        top = (160 + 340 * x, 186.0)
        foot = (160 + 340 * x + (-62 + 118 * x) * low, 186 + 108 * low)
        pen.line([top, foot], STONE, 3)
