"""装机的样件：命令照 systemd 的读法读设置；单元、nginx、设置样件里的名字都对得上。"""

import os
import re
import subprocess
from pathlib import Path

from xushi.config.supervisor import web

DEPLOY = Path(__file__).parents[2] / "deploy"
ODD = "pa$HOME `id` & b#c'd\\e"


def asked(tmp_path: Path, lines: str) -> dict[str, str]:
    """The environment that the wrapper hands to the program."""
    settings, program = tmp_path / "xushi.env", tmp_path / "program"
    settings.write_text(lines)
    program.write_text('#!/bin/sh\nenv -0; printf "umask=%s\\0" "$(umask)"; printf "said=%s\\0" "$*"\n')
    program.chmod(0o755)
    (tmp_path / "id").write_text("#!/bin/sh\necho 1\n")  # as if not root: no other user to become
    (tmp_path / "id").chmod(0o755)
    environment = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "XUSHI_ENV": str(settings),
        "XUSHI_PROGRAM": str(program),
    }
    told = subprocess.run(
        [DEPLOY / "bin" / "xushi", "doctor", "--json"], env=environment, capture_output=True, check=True
    )
    return dict(one.split("=", 1) for one in told.stdout.decode().split("\0") if one)


def test_settings_are_read_as_they_stand(tmp_path: Path) -> None:
    env = asked(
        tmp_path,
        f'# 说明\n\nXUSHI_HOME=/srv/xushi\nXUSHI_DISTRICT=浦口区\nP={ODD}\nQ="two words"\nEMPTY=\nLAST=1',
    )
    assert env["XUSHI_DISTRICT"] == "浦口区" and env["P"] == ODD
    assert env["Q"] == "two words" and env["EMPTY"] == "" and env["LAST"] == "1"
    assert env["HOME"] == env["XUSHI_HOME"] == "/srv/xushi"
    assert env["umask"] == "0027" and env["said"] == "doctor --json"


def test_without_settings_it_says_so(tmp_path: Path) -> None:
    told = subprocess.run(
        [DEPLOY / "bin" / "xushi"],
        env={"PATH": os.environ["PATH"], "XUSHI_ENV": str(tmp_path / "none")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1 and "请用 root 运行" in told.stderr


def test_units_name_only_settings_that_the_example_has() -> None:
    known = set(re.findall(r"^#?([A-Z_]+)=", (DEPLOY / "xushi.env.example").read_text(), re.M))
    units = sorted((DEPLOY / "systemd").glob("*.service"))
    named = {name for unit in units for name in re.findall(r"\$\{?(XUSHI_[A-Z_]+)", unit.read_text())}
    assert named and named <= known


def test_units_may_write_where_the_example_backs_up() -> None:
    example = (DEPLOY / "xushi.env.example").read_text()
    places = re.findall(r"^XUSHI_(?:HOME|BACKUP_TO)=(.+)$", example, re.M)
    [writable] = re.findall(
        r"^ReadWritePaths=(.+)$", (DEPLOY / "systemd" / "xushi-worker.service").read_text(), re.M
    )
    assert len(places) == 2 and set(places) <= {path.lstrip("-") for path in writable.split()}


def test_both_nginx_ways_keep_streams_unbuffered_and_name_every_upstream() -> None:
    for name in ("one", "several"):
        text = (DEPLOY / "nginx" / f"{name}.conf").read_text()
        lives = re.findall(r"location /live/[^{]*\{([^}]*)\}", text)
        assert lives and all("proxy_buffering off;" in live for live in lives)
        upstreams = set(re.findall(r"^upstream (\w+)", text, re.M))
        assert set(re.findall(r"proxy_pass http://(xushi_\w+)", text)) == upstreams
        assert text.count("Strict-Transport-Security") == 2


def test_the_web_units_start_it_as_xushi_serve_does() -> None:
    served = web("127.0.0.1", 8000, 2).command
    said = " ".join(served[served.index("--lifespan") :])
    for unit in ("xushi-web", "xushi-live"):
        assert said in (DEPLOY / "systemd" / f"{unit}.service").read_text(), unit
    assert "ExecReload=/bin/kill -HUP $MAINPID" in (DEPLOY / "systemd" / "xushi-web.service").read_text()
