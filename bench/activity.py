"""判动静要多久、判得准不准：python bench/activity.py；片子是 opencv-doc 的 vtest.avi，没有就只测时间。"""

import sys
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from time import process_time

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

import cv2  # noqa: E402
import numpy as np  # noqa: E402
from tests.sites import pedestrians  # noqa: E402
from tests.sites.pedestrians import Sample, Weather, area_under, plain_difference, unlike  # noqa: E402

from xushi.core.clock import BEIJING  # noqa: E402
from xushi.sites import scenes  # noqa: E402
from xushi.sites.activity_look import look  # noqa: E402
from xushi.sites.rules import Verdict  # noqa: E402

TUNED, HELD_OUT = 380, 415  # frames of the clip
COUNT = 150
START = datetime(2018, 8, 1, 9, tzinfo=BEIJING)
WEATHERS = {
    "都有": Weather(), "只有光": Weather(shadows=False, shake=False, noise=False),
    "只有影子": Weather(light=False, shake=False, noise=False),
    "只有抖": Weather(light=False, shadows=False, noise=False),
    "只有噪点和压缩": Weather(light=False, shadows=False, shake=False),
}  # fmt: skip


def seconds() -> None:
    """CPU of decoding four JPEGs of 1280 × 720 and judging the last, as the rounds do."""
    files = []
    for n in range(24):
        at = START + timedelta(minutes=5 * n)
        image = scenes.draw("tower", at, size=(1280, 720), progress=0.5, working=True)
        grain = np.random.default_rng(n).normal(0, 3, (720, 1280, 3))
        noisy = np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8)
        files.append(cv2.imencode(".jpg", noisy[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 78])[1])
    taken = []
    for n in range(3, len(files)):
        began = process_time()
        pictures = [cv2.imdecode(one, cv2.IMREAD_REDUCED_GRAYSCALE_2) for one in files[n - 3 : n + 1]]
        look(pictures[:-1], pictures[-1])
        taken.append((process_time() - began) * 1000)
    print(f"一张1280×720的快照（连解码前三张）：中位{median(taken):.1f}毫秒，最慢{max(taken):.1f}毫秒 CPU")


def accuracy() -> None:
    path = pedestrians.clip()
    if path is None:
        print("没有 vtest.avi：请先运行 sh .ci/vtest")
        return
    frames = pedestrians.frames(path)
    for name, part in (("调参数的前半段", frames[:TUNED]), ("没碰过的后半段", frames[HELD_OUT:])):
        line(name, list(pedestrians.samples(part, COUNT, 1)))
    held_out = frames[HELD_OUT:]
    for name, weather in WEATHERS.items():
        line(f"后半段，{name}", list(pedestrians.samples(held_out, COUNT // 3, 2, weather)))
    calm = Weather(light=False, shadows=False, shake=False)
    busy = [one for one in pedestrians.samples(held_out, COUNT // 3, 3, calm) if one.busy]
    idle = [one for one in pedestrians.samples(held_out, COUNT // 3, 3) if not one.busy]
    line("后半段，只有闲的变天", [*busy, *idle])
    line("后半段，只有一个行人", list(pedestrians.lone(held_out, COUNT // 3, 4)))


def line(name: str, samples: list[Sample]) -> None:
    busy = [one.busy for one in samples]
    found = [look(one.previous, one.current) for one in samples]
    ours = area_under([one.score or 0.0 for one in found], busy)
    difference = area_under([plain_difference(one) for one in samples], busy)
    ssim = area_under([unlike(one) for one in samples], busy)
    seen = [one.verdict == Verdict.ACTIVE for one in found]
    hit = [s for s, b in zip(seen, busy, strict=True) if b]
    false = [s for s, b in zip(seen, busy, strict=True) if not b]
    print(
        f"{name}：AUC {ours:.4f}（直接相减{difference:.3f}，SSIM {ssim:.3f}），{len(samples)}个样本；"
        f"忙的判出{sum(hit) / len(hit):.0%}，闲的误判{sum(false) / len(false):.1%}"
    )


if __name__ == "__main__":
    cv2.setNumThreads(1)
    seconds()
    accuracy()
