"""视频库的错误说的是什么：变成我们的原因。"""

from xushi.sites.rules import Cause

# 类名 → 原因；FFmpeg 的错误在 PyAV 里各有各的类
_BY_CLASS = {
    "ConnectionRefusedError": Cause.REFUSED,
    "HTTPUnauthorizedError": Cause.PASSWORD,
    "HTTPForbiddenError": Cause.PASSWORD,
    "HTTPNotFoundError": Cause.NOT_FOUND,
    "HTTPOtherClientError": Cause.NOT_FOUND,
    "HTTPBadRequestError": Cause.NOT_FOUND,
    "HTTPServerError": Cause.SERVER,
    "ExitError": Cause.SILENT,
    "TimeoutError": Cause.SILENT,
    "EOFError": Cause.ENDED,
    "InvalidDataError": Cause.GARBAGE,
    "ProtocolNotFoundError": Cause.GARBAGE,
    "DemuxerNotFoundError": Cause.GARBAGE,
    "StreamNotFoundError": Cause.NO_VIDEO,
    "DecoderNotFoundError": Cause.CODEC,
    "PatchWelcomeError": Cause.CODEC,
    "ConnectionResetError": Cause.ENDED,
    "BrokenPipeError": Cause.ENDED,
}
_BY_NUMBER = {
    101: Cause.UNREACHABLE, 104: Cause.ENDED, 110: Cause.UNREACHABLE, 111: Cause.REFUSED, 112: Cause.UNREACHABLE,
    113: Cause.UNREACHABLE,
}  # fmt: skip


def cause_of(problem: BaseException) -> Cause:
    """The cause behind an error of the video library or of the network below it."""
    for one in type(problem).__mro__:
        if found := _BY_CLASS.get(one.__name__):
            return found
    number = getattr(problem, "errno", None)
    return _BY_NUMBER.get(number or 0, Cause.OTHER)
