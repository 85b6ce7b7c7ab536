"""摄像头怎么介绍自己（SDP）。"""

import base64

from xushi.sites.sim.modes import Mode


def sdp(mode: Mode, headers: list[bytes]) -> str:
    """What DESCRIBE answers; without parameter sets where the camera keeps them to the stream."""
    lines = [
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        "s=xushi camera-sim",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
    ]
    if mode is Mode.AUDIO:
        lines += ["m=audio 0 RTP/AVP 8", "a=rtpmap:8 PCMA/8000", "a=control:track1"]
    elif mode is Mode.H265:
        names = ("sprop-vps", "sprop-sps", "sprop-pps")
        sets = ";".join(f"{name}={_text(nal)}" for name, nal in zip(names, headers, strict=False))
        lines += ["m=video 0 RTP/AVP 96", "a=rtpmap:96 H265/90000", f"a=fmtp:96 {sets}", "a=control:track1"]
    else:
        more = ""
        if headers:
            more = f";profile-level-id={headers[0][1:4].hex()};sprop-parameter-sets={','.join(map(_text, headers))}"
        lines += ["m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000"]
        lines += [f"a=fmtp:96 packetization-mode=1{more}", "a=control:track1"]
    return "\r\n".join(lines) + "\r\n"


def _text(nal: bytes) -> str:
    return base64.b64encode(nal).decode()
