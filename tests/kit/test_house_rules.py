"""What every template and stylesheet of the product keeps to."""

import re
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

import xushi

SOURCE = Path(xushi.__file__).parent
KIT = SOURCE / "kit" / "static" / "kit"
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))
STYLES = sorted(SOURCE.rglob("static/**/*.css"))
FOREIGN = re.compile(r"""(?:src|href|action|url\()\s*=?\s*["']?(?:https?:)?//""")
INLINE = re.compile(r"""\sstyle\s*=|<style|\son[a-z]+\s*=\s*["']|javascript:""")
SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>")
TEXT = ("ink", "ink2", "ink3", "accent", "red", "amber", "green", "pi")
SOFT = {
    "accent": "accent-soft",
    "red": "red-soft",
    "amber": "amber-soft",
    "green": "green-soft",
    "pi": "pi-soft",
}


def tokens(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", text))


def themes() -> dict[str, dict[str, str]]:
    light = tokens((KIT / "css/tokens.css").read_text(encoding="utf-8").split("@media")[0])
    dark = (KIT / "css/tokens_dark.css").read_text(encoding="utf-8").split(':root[data-theme="dark"]')
    assert tokens(dark[0]) == tokens(dark[1]), "the system's dark and the chosen dark differ"
    return {"light": light, "dark": light | tokens(dark[1])}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", TEXT)
def test_text_can_be_read_on_every_ground_it_stands_on(theme: str, name: str) -> None:
    known = themes()[theme]
    for ground in ("surface", "canvas", *([SOFT[name]] if name in SOFT else [])):
        assert contrast(known[name], known[ground]) >= 4.5, f"{theme}: {name} on {ground}"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_fills_and_control_edges_stand_out(theme: str) -> None:
    known = themes()[theme]
    for name in ("line2", "bar", "red-fill", "amber-fill", "green-fill", "pi-fill"):
        assert contrast(known[name], known["surface"]) >= 3, f"{theme}: {name}"


def test_the_ratios_of_the_design_are_met() -> None:
    light, dark = themes()["light"], themes()["dark"]
    assert contrast(light["ink"], light["surface"]) == pytest.approx(17.4, abs=0.06)
    assert contrast(dark["ink"], dark["surface"]) == pytest.approx(15.0, abs=0.06)
    assert contrast(light["ink3"], light["canvas"]) == pytest.approx(5.2, abs=0.06)
    assert contrast(dark["pi"], dark["pi-soft"]) == pytest.approx(7.5, abs=0.06)


@pytest.mark.parametrize("page", TEMPLATES, ids=lambda page: str(page.relative_to(SOURCE)))
def test_templates_carry_no_style_no_script_no_foreign_host(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not INLINE.search(text), f"{page.name}: {INLINE.search(text)}"
    assert not FOREIGN.search(text), f"{page.name}: {FOREIGN.search(text)}"
    assert not SCRIPT.search(text), f"{page.name}: an inline script"


@pytest.mark.parametrize("sheet", STYLES, ids=lambda sheet: str(sheet.relative_to(SOURCE)))
def test_styles_use_known_tokens_and_nothing_newer_than_the_floor(sheet: Path) -> None:
    text = sheet.read_text(encoding="utf-8")
    known = set(tokens("\n".join(one.read_text(encoding="utf-8") for one in STYLES)))
    assert set(re.findall(r"var\(--([\w-]+)\)", text)) <= known
    assert not FOREIGN.search(text)
    assert not re.search(r"@layer|@container|:has\(|oklch|:is\(|:where\(|\binset:", text)
    assert len(text.splitlines()) <= 150


def test_vendored_files_are_what_the_manifest_says() -> None:
    manifest = (KIT / "vendor/manifest.toml").read_text(encoding="utf-8")
    assert "://" not in manifest
    entries = tomllib.loads(manifest)["file"]
    for entry in entries:
        assert sha256((KIT / entry["file"]).read_bytes()).hexdigest() == entry["sha256"], entry["file"]
        assert (KIT / entry["licence_file"]).exists()
        assert entry["version"]
        assert entry["licence"]
    listed = {entry["file"] for entry in entries}
    carried = {str(path.relative_to(KIT)) for suffix in ("*.js", "*.woff2") for path in KIT.rglob(suffix)}
    assert {path for path in carried if not path.startswith("js/")} == listed
