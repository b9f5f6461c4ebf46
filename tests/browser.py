"""A Chromium for the browser tests: one that is present, else the one inside an npm package.

`chromium_path()` is a small script around it for Playwright's `executable_path`. It gives the browser a font with
Chinese glyphs where the machine has none, and the libraries that a bare machine lacks. `python -m tests.browser`
fetches what is missing and prints the path.
"""

import fcntl
import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from backend.local import node

PACKAGE = Path(__file__).with_name("browser")
HOME = node.CACHE / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
SECONDS = 600

FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="relative">fontcache</cachedir></fontconfig>
"""


class NoBrowser(RuntimeError):
    """No Chromium is present and none can be installed; the message says why."""


def _present() -> Path | None:
    """A Chromium of this machine that starts."""
    candidates = [Path(found) for name in NAMES if (found := shutil.which(name))]
    candidates += [Path(name) for name in APPLICATIONS]
    homes = [Path.home() / ".cache" / "ms-playwright", Path.home() / "Library" / "Caches" / "ms-playwright"]
    if named := os.environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        homes.insert(0, Path(named))
    for home in homes:
        candidates += sorted(home.glob("chromium*/chrome-*/chrome"), reverse=True)
        candidates += sorted(home.glob("chromium*/chrome-*/headless_shell"), reverse=True)
    return next((path for path in candidates if path.exists() and _starts(path)), None)


def _starts(path: Path, libraries: Path | None = None) -> bool:
    env = {**os.environ, **({"LD_LIBRARY_PATH": str(libraries)} if libraries else {})}
    try:
        return subprocess.run([path, "--version"], capture_output=True, env=env, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _has_chinese_font() -> bool:
    if sys.platform == "darwin":
        return True
    try:
        listed = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return bool(listed.stdout.strip())


def _fetch(work: Path, *, browser: bool) -> Path:
    """`npm ci` of the committed lock in `work`; returns its node_modules."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PACKAGE / name, work / name)
    only = [] if browser else ["--omit=optional"]
    done = subprocess.run(
        [node.tools() / "npm", "ci", "--ignore-scripts", *only],
        cwd=work,
        env=node.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
    )
    if done.returncode != 0:
        raise NoBrowser(f"npm could not fetch the browser for the tests:\n{done.stdout[-2000:]}")
    return work / "node_modules"


def _unpack(modules: Path, target: Path) -> None:
    packed = modules / "@sparticuz" / "chromium" / "bin"
    if platform.system() != "Linux" or platform.machine() != "x86_64" or not packed.exists():
        raise NoBrowser("Install Chromium or Chrome: the one inside the npm package is for Linux on x86-64.")
    files = {"chromium.br": "chrome", "al2023.tar.br": "al2023.tar", "swiftshader.tar.br": "swiftshader.tar"}
    pairs = [part for name, made in files.items() for part in (packed / name, target / made)]
    subprocess.run([node.tools() / "node", PACKAGE / "unpack.mjs", *pairs], check=True, timeout=SECONDS)
    (target / "chrome").chmod(0o755)
    for name in ("al2023.tar", "swiftshader.tar"):
        with tarfile.open(target / name) as archive:
            archive.extractall(target, filter="data")
        (target / name).unlink()


def _script(target: Path, browser: Path | None) -> None:
    """The path that Playwright starts."""
    lines = ["#!/bin/sh", 'here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)']
    if (target / "fonts").exists():
        lines.append('export FONTCONFIG_FILE="$here/fonts.conf"')
    if browser is None:
        own = target / "chrome"
        if not _starts(own):
            if not _starts(own, target / "lib"):
                raise NoBrowser("The Chromium of the npm package does not start: this machine lacks its libraries.")
            lines.append('export LD_LIBRARY_PATH="$here/lib"')
        command = '"$here/chrome"'
    else:
        command = shlex.quote(str(browser))
    # root has no sandbox, and the packed build is made without one
    lines.append(f'exec {command} {"--no-sandbox " if browser is None or os.geteuid() == 0 else ""}"$@"')
    path = target / "chromium"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.chmod(0o755)


def _install() -> None:
    """Put everything together beside HOME and swap it in at once, so a broken-off fetch leaves nothing behind."""
    browser = _present()
    with tempfile.TemporaryDirectory(dir=node.CACHE) as folder:
        target = Path(folder) / "target"
        target.mkdir()
        needs_font = not _has_chinese_font()
        if browser is None or needs_font:
            modules = _fetch(Path(folder), browser=browser is None)
            if needs_font:
                (target / "fonts").mkdir()
                for font in sorted(modules.glob("@expo-google-fonts/noto-sans-sc/[47]00*/*.ttf")):
                    shutil.copy(font, target / "fonts")
                (target / "fonts.conf").write_text(FONTS, encoding="utf-8")
            if browser is None:
                _unpack(modules, target)
        _script(target, browser)
        (target / ".installed").write_text(_wanted(), encoding="ascii")
        shutil.rmtree(HOME, ignore_errors=True)
        target.rename(HOME)


def _wanted() -> str:
    parts = [Path(__file__).read_bytes(), (PACKAGE / "package-lock.json").read_bytes()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def chromium_path() -> Path:
    """The browser to start, headless, with Playwright's `executable_path`. Raises NoBrowser.

    The first call on a machine may take a minute: it fetches some 130 MB.
    """
    node.CACHE.mkdir(exist_ok=True)
    path, stamp = HOME / "chromium", HOME / ".installed"
    with (node.CACHE / "chromium.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        current = stamp.exists() and stamp.read_text(encoding="ascii") == _wanted()
        if not current or not _starts(path):
            _install()
    return path


if __name__ == "__main__":
    print(chromium_path())
