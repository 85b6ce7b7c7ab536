"""A wire to the database that can be pulled: a network namespace behind a pair of virtual cards.

Once it is pulled, what is sent still arrives and no answer comes back any more, neither data nor a word that there is
nobody: the worst a network does. Nothing is refused, nothing is reset.
"""

import os
import secrets
import shutil
import subprocess
import sys
from contextlib import suppress

from bench.faults.proxy import Proxy


class Wire:
    """Passes on to a proxy of this process, which must listen on a socket's path."""

    @staticmethod
    def why_not() -> str:
        """Why there can be none on this machine; "" where there can."""
        if os.geteuid() or not shutil.which("ip"):
            return "要 root 和 iproute2"
        name = f"xushi-try-{secrets.token_hex(3)}"
        tried = subprocess.run(["ip", "netns", "add", name], check=False, capture_output=True, text=True)
        if tried.returncode:
            return f"这里不许建网络命名空间：{tried.stderr.strip()[:80]}"
        subprocess.run(["ip", "netns", "del", name], check=False)
        return ""

    def __init__(self, to: Proxy) -> None:
        self._name = f"xushi-{secrets.token_hex(3)}"
        card, net = f"xv{self._name[-6:]}", f"10.203.{secrets.randbelow(254)}"
        self._here, self.host, self.port = f"{net}.1", f"{net}.2", 5432
        _ip("netns", "add", self._name)
        try:
            _ip("link", "add", f"{card}a", "type", "veth", "peer", "name", f"{card}b", "netns", self._name)
            _ip("addr", "add", f"{self._here}/30", "dev", f"{card}a")
            _ip("link", "set", f"{card}a", "up")
            self._there("addr", "add", f"{self.host}/30", "dev", f"{card}b")
            self._there("link", "set", f"{card}b", "up")
            command = [sys.executable, "-m", "bench.faults.proxy", self.host, str(self.port), to.path]
            self._passing = subprocess.Popen(
                ["ip", "netns", "exec", self._name, *command], stdout=subprocess.PIPE
            )
            assert self._passing.stdout is not None
            self._passing.stdout.readline()  # it listens
        except BaseException:
            _ip("netns", "del", self._name)
            raise

    def pull(self) -> None:
        self._there("route", "add", "blackhole", f"{self._here}/32")

    def mend(self) -> None:
        """No trouble where it is whole."""
        with suppress(subprocess.CalledProcessError):
            self._there("route", "del", "blackhole", f"{self._here}/32")

    def stop(self) -> None:
        self._passing.terminate()
        self._passing.wait(10)
        _ip("netns", "del", self._name)

    def _there(self, *words: str) -> None:
        _ip("-n", self._name, *words)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
