"""What the clients were told: every write that was acknowledged, every one whose answer was lost."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Memory:
    """acknowledged and unknown by kind; refused as a matter of course counts as neither."""

    reports: dict[int, set[int]] = field(
        default_factory=dict
    )  # project → what December's cumulative may be now
    problems: dict[str, bool] = field(default_factory=dict)  # token → acknowledged
    photos: dict[str, bool] = field(default_factory=dict)  # token of the problem it was sent with
    orders: dict[str, bool] = field(default_factory=dict)  # title → acknowledged
    imports: dict[str, bool] = field(default_factory=dict)  # name of the project it brings
    drafts: dict[int, list[str]] = field(
        default_factory=dict
    )  # project → words that may stand in the draft; "" is none
    values: list[float] = field(
        default_factory=lambda: [0.0]
    )  # of the indicator; 0: none was acknowledged yet
    closings: int = 0  # versions of December that were seen, acknowledged
    december: tuple[int, bool] | None = None  # versions, whether closed, as acknowledged last; None: unknown
    doubted_until: float = (
        0.0  # monotonic seconds: a closing or reopening without an answer may still be at work
    )
    answers: Counter[str] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def heard(self, what: str) -> None:
        with self.lock:
            self.answers[what] += 1

    def strange(self, sentence: str) -> None:
        with self.lock:
            self.odd.append(sentence)

    @property
    def certain(self) -> bool:
        return time.monotonic() > self.doubted_until

    @property
    def acknowledged(self) -> Counter[str]:
        counted = {
            name: sum(getattr(self, name).values()) for name in ("problems", "photos", "orders", "imports")
        }
        return Counter(
            counted
            | {
                "closings": self.answers["month close"],
                "reopenings": self.answers["month reopen"],
                "reports": self.answers["report sent"],
                "values": self.answers["value kept"],
            }
        )
