"""ONVIF：问摄像头主、子码流和单张图片的地址。只要几句话：几点、服务在哪、有哪几路、每路的地址。"""

import time
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from xushi.sites import soap
from xushi.sites.fetching import Place, ask
from xushi.sites.models import Camera
from xushi.sites.rules import Cause
from xushi.sites.source import Source, SourceError, moved

DEVICE = "/onvif/device_service"
_TDS = "http://www.onvif.org/ver10/device/wsdl"
_TRT = "http://www.onvif.org/ver10/media/wsdl"
_TT = "http://www.onvif.org/ver10/schema"
KEPT_FOR = 600.0  # seconds for which the answers of a camera are good
_kept: dict[tuple[int, int], tuple[float, Source]] = {}


@dataclass(frozen=True, slots=True)
class Profile:
    """One stream that the camera offers."""

    token: str
    width: int
    coding: str


def sources(camera: Camera, password: str) -> Source:
    """Main is the widest profile, sub the narrowest; asked once in ten minutes."""
    key = (camera.pk, camera.version)
    held = _kept.get(key)
    if held and time.monotonic() - held[0] < KEPT_FOR and held[1].password == password:
        return held[1]
    found = _asked(camera, password)
    if len(_kept) > 1000:
        _kept.clear()
    _kept[key] = (time.monotonic(), found)
    return found


def forget(camera: Camera) -> None:
    """Ask anew: what the camera said of itself did not lead to a picture."""
    _kept.pop((camera.pk, camera.version), None)


def _asked(camera: Camera, password: str) -> Source:
    place = Place(camera.host, camera.port, camera.https)
    signer = soap.Signer(camera.user, password, _time_of(place)) if camera.user else None
    media = _media(place, signer)
    profiles = sorted(_profiles(place, media, signer), key=lambda one: -one.width)
    if not profiles:
        raise SourceError(Cause.NO_VIDEO)
    main, sub = profiles[0], profiles[-1]
    url_main = moved(_stream(place, media, signer, main), camera, camera.user, password)
    url_sub = url_main if sub == main else moved(
        _stream(place, media, signer, sub), camera, camera.user, password
    )  # fmt: skip
    return Source(camera.pk, url_main, url_sub, camera.user, password, _still(place, media, signer, main))


def _say(place: Place, path: str, body: str, signer: soap.Signer | None) -> Element:
    headers = {"Content-Type": "application/soap+xml; charset=utf-8"}
    answer = ask(place, path, body=soap.envelope(body, signer), headers=headers)
    try:
        tree = soap.read(answer)
    except ValueError as problem:
        raise SourceError(Cause.GARBAGE, "不是ONVIF。") from problem
    if tree.find(".//Fault") is not None:
        told = "".join(tree.find(".//Fault").itertext()).lower()  # type: ignore[union-attr]
        raise SourceError(Cause.PASSWORD if "auth" in told else Cause.SERVER)
    return tree


def _time_of(place: Place) -> str:
    """The device's own time, by which it judges a digest; it tells it to anybody."""
    tree = _say(place, DEVICE, f'<GetSystemDateAndTime xmlns="{_TDS}"/>', None)
    utc = tree.find(".//UTCDateTime")
    if utc is None:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    try:
        parts = [int(soap.text(utc, name)) for name in ("Year", "Month", "Day", "Hour", "Minute", "Second")]
    except ValueError as problem:
        raise SourceError(Cause.GARBAGE, "摄像头的时间看不懂。") from problem
    return "{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}Z".format(*parts)


def _media(place: Place, signer: soap.Signer | None) -> str:
    """The path of the media service; its host is not followed, since the device may not know its own."""
    body = f'<GetCapabilities xmlns="{_TDS}"><Category>Media</Category></GetCapabilities>'
    tree = _say(place, DEVICE, body, signer)
    return urlsplit(soap.text(tree, "Media/XAddr")).path or "/onvif/media_service"


def _profiles(place: Place, media: str, signer: soap.Signer | None) -> list[Profile]:
    tree = _say(place, media, f'<GetProfiles xmlns="{_TRT}"/>', signer)
    made = []
    for one in tree.iter("Profiles"):
        encoder = one.find("VideoEncoderConfiguration")
        if encoder is None:
            continue
        width = soap.text(encoder, "Resolution/Width")
        coding = soap.text(encoder, "Encoding").upper()
        made.append(Profile(one.get("token", ""), int(width) if width.isdecimal() else 0, coding))
    return made


def _stream(place: Place, media: str, signer: soap.Signer | None, profile: Profile) -> str:
    body = (
        f'<GetStreamUri xmlns="{_TRT}" xmlns:t="{_TT}"><StreamSetup><t:Stream>RTP-Unicast</t:Stream><t:Transport>'
        f"<t:Protocol>RTSP</t:Protocol></t:Transport></StreamSetup><ProfileToken>{escape(profile.token)}"
        "</ProfileToken></GetStreamUri>"
    )
    return soap.text(_say(place, media, body, signer), "MediaUri/Uri")


def _still(place: Place, media: str, signer: soap.Signer | None, profile: Profile) -> str:
    """The path of a single picture; not every camera has one."""
    body = f'<GetSnapshotUri xmlns="{_TRT}"><ProfileToken>{escape(profile.token)}</ProfileToken></GetSnapshotUri>'
    try:
        uri = urlsplit(soap.text(_say(place, media, body, signer), "MediaUri/Uri"))
    except SourceError:
        return ""
    if uri.scheme not in ("http", "https") or not uri.path:
        return ""
    return uri.path + (f"?{uri.query}" if uri.query else "")
