"""没有画面的原因怎么说、怎么办；测不通时给管摄像头的人看的也是这几句。"""

from dataclasses import dataclass

from xushi.sites.rules import Cause


@dataclass(frozen=True, slots=True)
class Explained:
    """What is the matter, in a sentence, and what to do about it."""

    said: str
    mend: str

    def __str__(self) -> str:
        return f"{self.said}{self.mend}"


_WORDS = {
    Cause.UNREACHABLE: ("摄像头没有应答，网络不通。", "请看摄像头是否通电、网线和现场网络是否通，地址是否写对。"),
    Cause.REFUSED: ("摄像头拒绝连接。", "请看端口是否写对（RTSP多为554），摄像头里的RTSP或ONVIF是否打开。"),
    Cause.SILENT: ("连上了，但摄像头不给数据。", "请看摄像头连接数是否占满、带宽是否够；多半重启摄像头就好。"),
    Cause.PASSWORD: ("用户名或密码不对。", "请核对后改过来；连错几次摄像头会锁一阵，改好后过10分钟再试。"),
    Cause.NOT_FOUND: (
        "摄像头上没有这一路。",
        "请核对路径：海康多为/Streaming/Channels/101，大华多为/cam/realmonitor?channel=1&subtype=0。",
    ),
    Cause.CODEC: (
        "摄像头发的是H.265，浏览器放不了。",
        "请进摄像头的“配置—音视频—视频”，把编码改成H.264，关掉H.264+和智能编码，主码流、子码流都改。",
    ),
    Cause.GARBAGE: ("对方发来的不是视频。", "请看地址和端口是不是别的设备或网页；路径是否写对。"),
    Cause.NO_VIDEO: ("这一路只有声音，没有画面。", "请在摄像头里打开视频流，或换一路通道。"),
    Cause.ENDED: ("摄像头自己断了流。", "系统会自动重连；反复出现请看现场供电和带宽。"),
    Cause.STALE: ("画面停住不动了。", "连接还在，但一直是同一帧；请重启摄像头。"),
    Cause.DISK: ("服务器磁盘满了，停拍快照。", "直播不受影响；请清理磁盘或缩短保留天数，腾出空间后自动恢复。"),
    Cause.FORBIDDEN: ("这个地址不在允许连接的网段里。", "请改地址，或请运维把网段加进 XUSHI_CAMERA_NETWORKS。"),
    Cause.SERVER: ("视频平台没有给出这一路。", "请看平台上设备是否在线、通道号是否写对、平台账号是否有权限。"),
    Cause.KEY: ("存着的密码解不开。", "多半是换了密钥文件 camera-key；请把原来的放回去，或重新填写密码。"),
    Cause.NO_LIBRARY: ("服务器没装视频组件。", "请运维运行 pip install -r requirements/video.txt 后重启。"),
    Cause.OTHER: ("连不上，原因不明。", "请重连；还不行请报修，把时间告诉运维查日志。"),
}  # fmt: skip


def known(cause: Cause | str | None) -> Cause:
    """An unknown code is an unknown cause, never an error."""
    return Cause(str(cause)) if cause in Cause._value2member_map_ else Cause.OTHER


def explained(cause: Cause | str | None) -> Explained:
    """The sentences of a cause."""
    return Explained(*_WORDS[known(cause)])


def said(cause: Cause | str | None) -> str:
    """断线：摄像头没有应答，网络不通。"""
    return f"{known(cause).label}：{_WORDS[known(cause)][0]}"
