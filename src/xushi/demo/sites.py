"""演示区的视频监控：装摄像头，八月以来每天留一张，今天6点起每5分钟一张；一路断了，一路过暗，一处久无动静。"""

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from django.conf import settings

from xushi.core.clock import BEIJING
from xushi.demo.reporting import District
from xushi.demo.sites_rows import FIRST, SITES, UNREADABLE, Site
from xushi.demo.storyline import Story
from xushi.journal.actions import Actor
from xushi.kit.bulk import insert_all
from xushi.sites import health, scenes, store
from xushi.sites.actions import add_cameras
from xushi.sites.frames import Frame
from xushi.sites.health import Seen
from xushi.sites.inputs import CameraInput
from xushi.sites.models import Camera, CameraDay, Snapshot
from xushi.sites.rules import Cause, Kind, Verdict
from xushi.sites.standstill import judge_sites

TODAY = date(2018, 9, 12)
SIZE = (640, 360)
QUALITY = 70
EVERY = timedelta(minutes=5)
LAST = time(8, 15)
WORKED = 96  # 一个整工日144张里，多少张有动静
WHOLE_DAY = 144


def site_stories(district: District) -> Iterator[Story]:
    yield _story(district)


def _story(district: District) -> Story:
    yield (installed := _at(date(2018, 7, 20), time(9)))
    office = Actor(by=district.people.users["office"])
    cameras = add_cameras(
        [_input(district, site, number) for number, site in enumerate(SITES, 1)], actor=office, now=installed
    )
    pairs = list(zip(SITES, cameras, strict=True))
    yield _at(TODAY, time(5))
    _remember(pairs)
    lost = [camera for site, camera in pairs if site.lost_at]
    yield (seen := _at(TODAY, time(6, 58, 12)))
    health.note({camera.pk: Seen(seen) for _, camera in pairs}, now=seen)
    for moment in (time(7, 0), time(7, 9), time(7, 59)):
        yield (now := _at(TODAY, moment))
        health.note({one.pk: Seen(now, Cause.SILENT) for one in lost}, now=now)
        health.tell(now=now)
    yield (now := _at(TODAY, LAST))
    _see_today(pairs, now)
    judge_sites(now=now)


def _input(district: District, site: Site, number: int) -> CameraInput:
    project = district.projects[site.project].pk
    return CameraInput(
        project,
        site.name,
        Kind.RTSP,
        "127.0.0.1",
        settings.XUSHI_CAMERA_SIM_PORT,
        main_path=way_of(site, number),
    )


def way_of(site: Site, number: int) -> str:
    """The path of its simulated camera: the same scene, built as far as the pictures show it today."""
    stands = f"built-{round(_built(site, TODAY) * 1000)}"
    return "/" + "/".join(part for part in (site.scene, site.mode, stands, str(number)) if part)


def _remember(pairs: Sequence[tuple[Site, Camera]]) -> None:
    """The days before today: what was counted of each, and the one picture that stays."""
    days = [FIRST + timedelta(n) for n in range((TODAY - FIRST).days)]
    pictures, counted = [], []
    for site, camera in pairs:
        for day in days:
            verdict = _of_day(site, day)
            moment = _at(day, time(10))
            light = 0.05 if verdict == Verdict.UNKNOWN else 1.0
            picture = _drawn(site, camera, moment, light=light, working=verdict == Verdict.ACTIVE)
            picture.keeper, picture.verdict = True, verdict
            pictures.append(picture)
            counted.append(_day(camera, day, verdict))
    insert_all(pictures)
    insert_all(counted)


def _of_day(site: Site, day: date) -> Verdict:
    if site.light < 0.1 or day in UNREADABLE:
        return Verdict.UNKNOWN
    if site.idle_from and day >= site.idle_from:
        return Verdict.STILL
    return Verdict.ACTIVE


def _day(camera: Camera, day: date, verdict: Verdict) -> CameraDay:
    active = WORKED - day.day % 7 * 5 if verdict == Verdict.ACTIVE else 0
    return CameraDay(
        camera=camera, day=day, looked=WHOLE_DAY, active=active, verdict=verdict,
        unknown=WHOLE_DAY if verdict == Verdict.UNKNOWN else 4,
        first_active_at=_at(day, time(6, 35)) if active else None,
        last_active_at=_at(day, time(17, 40)) if active else None,
    )  # fmt: skip


def _see_today(pairs: Sequence[tuple[Site, Camera]], now: datetime) -> None:
    """Today's pictures, judged as they stand; the newest goes with the camera's state."""
    pictures: list[Snapshot] = []
    for site, camera in pairs:
        own = [_now(site, camera, moment) for moment in _moments(site)]
        pictures += own
    insert_all(pictures)
    insert_all(
        [_counted(camera, [one for one in pictures if one.camera_id == camera.pk]) for _, camera in pairs]
    )
    newest = {one.camera_id: one for one in pictures}
    shown = {
        camera.pk: Seen(now, snapshot=newest[camera.pk]) for site, camera in pairs if not site.lost_at
    } | {
        camera.pk: Seen(now, Cause.SILENT, snapshot=newest[camera.pk])
        for site, camera in pairs
        if site.lost_at
    }
    health.note(shown, now=now)


def _moments(site: Site) -> Iterator[datetime]:
    moment, last = _at(TODAY, time(6)), _at(TODAY, LAST)
    if site.lost_at:
        last = _at(TODAY, _time(site.lost_at))
    while moment <= last:
        yield moment
        moment += EVERY


def _now(site: Site, camera: Camera, moment: datetime) -> Snapshot:
    works = not site.idle_from and moment.time() >= _time(site.works_at) and _busy(camera, moment)
    verdict = Verdict.UNKNOWN if site.light < 0.1 else Verdict.ACTIVE if works else Verdict.STILL
    picture = _drawn(site, camera, moment, light=site.light, working=works)
    picture.verdict = verdict
    picture.activity = None if verdict == Verdict.UNKNOWN else _score(camera, moment) if works else 0.1
    picture.why = "画面过暗" if verdict == Verdict.UNKNOWN else ""
    return picture


def _busy(camera: Camera, moment: datetime) -> bool:
    """A pause now and then."""
    return (moment.minute // 5 * 7 + camera.pk * 3) % 11 != 0


def _score(camera: Camera, moment: datetime) -> float:
    return 0.9 + (moment.minute * 13 + camera.pk * 29) % 40 / 10


def _counted(camera: Camera, pictures: Sequence[Snapshot]) -> CameraDay:
    active = [one for one in pictures if one.verdict == Verdict.ACTIVE]
    unknown = sum(one.verdict == Verdict.UNKNOWN for one in pictures)
    verdict = (
        Verdict.ACTIVE if len(active) >= 3 else Verdict.UNKNOWN if unknown == len(pictures) else Verdict.STILL
    )
    return CameraDay(
        camera=camera, day=TODAY, looked=len(pictures), active=len(active), unknown=unknown, verdict=verdict,
        first_active_at=active[0].taken_at if active else None,
        last_active_at=active[-1].taken_at if active else None,
    )  # fmt: skip


def _drawn(site: Site, camera: Camera, moment: datetime, *, light: float, working: bool) -> Snapshot:
    return store.keep(camera, Frame(jpeg_of(site, moment, light=light, working=working), *SIZE), moment)


def jpeg_of(site: Site, moment: datetime, *, light: float, working: bool) -> bytes:
    """What its camera kept of a moment."""
    built = _built(site, moment.date())
    image = scenes.draw(site.scene, moment, size=SIZE, progress=built, working=working, light=light)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _built(site: Site, day: date) -> float:
    """How much stands on a day, for the pictures and for the simulated camera alike; nothing is added once it is idle."""
    part = (min(day, site.idle_from or TODAY) - FIRST) / (TODAY - FIRST)
    return site.begun + (site.built - site.begun) * part


def _time(text: str) -> time:
    hour, minute = text.split(":")
    return time(int(hour), int(minute))


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, tzinfo=BEIJING)
