"""What a built output must keep to before anybody uploads it. Read from the files alone, every fault at once.

Sizes and names are the platforms' documentation's: 2 MiB a package; a tab's picture 40 KB; private information that
is used has to be declared (`requiredPrivateInfos`, `permission`, `__usePrivacyCheck__`).
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.miniprogram.host import API, Platform

KIB = 1024
MAIN_LIMIT, PART_LIMIT, TOTAL_LIMIT = 600 * KIB, 2048 * KIB, 20 * 1024 * KIB
PICTURE_LIMIT, TAB_PICTURE_LIMIT = 100 * KIB, 40 * KIB
TEMPLATE: dict[Platform, str] = {"wechat": ".wxml", "alipay": ".axml"}
STYLE: dict[Platform, str] = {"wechat": ".wxss", "alipay": ".acss"}
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")
# Addresses that code names and does not call: namespaces, and pages that messages of Vue and uni-app refer to.
NAMED_ONLY = {"www.w3.org", "vuejs.org", "uniapp.dcloud.net.cn"}
FORBIDDEN: dict[Platform, dict[str, str]] = {
    "wechat": {
        r"\bwx\.getUserProfile\b": "wx.getUserProfile gives anonymous data since 2022",
        r"\bwx\.getUserInfo\b": "wx.getUserInfo gives anonymous data since 2021",
        r"\bmy\.(request|navigateTo|getAuthCode|tradePay|startAPVerify|getPhoneNumber)\b": "of Alipay",
    },
    "alipay": {
        r"\bmy\.httpRequest\b": "my.httpRequest is withdrawn: my.request",
        r"\bwx\.(request|navigateTo|login|requestPayment|requestFacialVerify|requestSubscribeMessage)\b": "of WeChat",
    },
}
EVERYWHERE = {
    r"(?<![\w.$])eval\(": "eval is not to be had in a mini-program",
    r"\bnew Function\(": "new Function is not to be had in a mini-program",
}
# WeChat: calls that need a declaration, with the scope that needs a text.
PRIVATE = {
    "getLocation": "scope.userLocation",
    "getFuzzyLocation": "scope.userFuzzyLocation",
    "chooseLocation": None,
    "chooseAddress": None,
    "choosePoi": None,
    "onLocationChange": "scope.userLocation",
}
PRIVACY = re.compile(
    r"chooseMedia|chooseImage|chooseMessageFile|getLocation|scanCode|getClipboardData|requestFacialVerify"
)


class Files:
    """A built output on disk. Paths are relative, with slashes."""

    def __init__(self, platform: Platform, dist: Path) -> None:
        self.platform, self.dist = platform, dist
        self.sizes = {
            path.relative_to(dist).as_posix(): path.stat().st_size for path in sorted(dist.rglob("*")) if path.is_file()
        }
        self.app: dict[str, Any] = json.loads(self.text("app.json"))
        self.parts: list[dict[str, Any]] = self.app.get("subPackages") or self.app.get("subpackages") or []
        self.main_pages: list[str] = list(self.app["pages"])
        self.pages = self.main_pages + [
            posixpath.join(part["root"], page) for part in self.parts for page in part["pages"]
        ]

    def text(self, name: str) -> str:
        return (self.dist / name).read_text(encoding="utf-8")

    def named(self, *suffixes: str) -> Iterator[str]:
        return (name for name in self.sizes if name.endswith(suffixes))

    def using(self, name: str) -> dict[str, str]:
        """The components that a page, a component or the program names, by their paths."""
        held = json.loads(self.text(name)).get("usingComponents") or {}
        folder = posixpath.dirname(name)
        return {
            tag: to.lstrip("/") if to.startswith("/") else posixpath.normpath(posixpath.join(folder, to))
            for tag, to in held.items()
        }

    def part_of(self, name: str) -> str:
        """The subpackage that a file goes into; empty: the main one."""
        return next(
            (part["root"].strip("/") for part in self.parts if name.startswith(part["root"].strip("/") + "/")), ""
        )


def sizes(files: Files) -> Iterator[str]:
    packages: dict[str, int] = {}
    for name, size in files.sizes.items():
        packages[files.part_of(name)] = packages.get(files.part_of(name), 0) + size
    for part, size in packages.items():
        limit = PART_LIMIT if part else MAIN_LIMIT
        if size > limit:
            yield f"{part or 'the main package'} has {size // KIB} KiB, more than {limit // KIB}"
    if sum(packages.values()) > TOTAL_LIMIT:
        yield f"all packages together have more than {TOTAL_LIMIT // KIB} KiB"


def pictures(files: Files) -> Iterator[str]:
    bar = files.app.get("tabBar") or {}
    tabs = {
        str(item[key]).lstrip("/")
        for item in bar.get("list") or bar.get("items") or []
        for key in ("iconPath", "selectedIconPath", "icon", "activeIcon")
        if item.get(key)
    }
    for name in sorted(tabs - files.sizes.keys()):
        yield f"app.json: the tab's picture {name} is missing"
    for name in files.named(*PICTURES):
        limit = TAB_PICTURE_LIMIT if name in tabs else PICTURE_LIMIT
        if files.sizes[name] > limit:
            yield f"{name} has {files.sizes[name] // KIB} KiB, more than {limit // KIB}"


def pages(files: Files) -> Iterator[str]:
    template = TEMPLATE[files.platform]
    for page in files.pages:
        for suffix in (".js", ".json", template):
            if page + suffix not in files.sizes:
                yield f"app.json names {page}, but {page}{suffix} is missing"
    used = set(files.using("app.json").values())
    for name in files.named(".json"):
        if name.removesuffix(".json") + template in files.sizes:
            used |= set(files.using(name).values())
            for tag, to in files.using(name).items():
                if to + template not in files.sizes and not to.startswith("plugin"):
                    yield f"{name}: <{tag}> is {to}, which is missing"
    for name in files.named(template):
        path = name.removesuffix(template)
        if path not in files.pages and path not in used and f"{path}.json" in files.sizes:
            yield f"{name} is no page of app.json and no component of anything"
    bar = files.app.get("tabBar") or {}
    for item in bar.get("list") or bar.get("items") or []:
        if item["pagePath"].lstrip("/") not in files.main_pages:
            yield f"app.json: the tab {item['pagePath']} is no page of the main package"


def hosts(files: Files) -> Iterator[str]:
    """Nothing is fetched from a host that is not ours. What a platform's own address scheme is stays."""
    own = urlsplit(API).netloc
    for name in files.named(".js", ".json", TEMPLATE[files.platform], STYLE[files.platform], ".sjs", ".wxs"):
        found = {urlsplit(url).netloc for url in re.findall(r"https?://[\w.-]+", files.text(name))}
        for host in sorted(found - {own} - (NAMED_ONLY if name.endswith(".js") else set())):
            yield f"{name}: {host} is a foreign host"


def calls(files: Files) -> Iterator[str]:
    rules = {**EVERYWHERE, **FORBIDDEN[files.platform]}
    for name in files.named(".js"):
        text = files.text(name)
        for pattern, why in rules.items():
            if found := re.search(pattern, text):
                yield f"{name}: {found[0]}: {why}"


def permissions(files: Files) -> Iterator[str]:
    if files.platform != "wechat":
        return
    text = "\n".join(files.text(name) for name in files.named(".js"))
    declared, texts = files.app.get("requiredPrivateInfos") or [], files.app.get("permission") or {}
    for call, scope in PRIVATE.items():
        if not re.search(rf"\b(?:wx|uni|index)\.{call}\b", text):
            continue
        if call not in declared:
            yield f"app.json: {call} is used and not in requiredPrivateInfos"
        if scope and not (texts.get(scope) or {}).get("desc"):
            yield f"app.json: {call} is used and permission has no text for {scope}"
    asks = re.search(rf"\b(?:wx|uni|index)\.(?:{PRIVACY.pattern})\b", text)
    templates = "\n".join(files.text(name) for name in files.named(".wxml"))
    if (asks or "getPhoneNumber" in templates) and files.app.get("__usePrivacyCheck__") is not True:
        yield "app.json: personal information is asked for and __usePrivacyCheck__ is not true"


CHECKS: tuple[Callable[[Files], Iterator[str]], ...] = (sizes, pictures, pages, hosts, calls, permissions)


def faults(platform: Platform, dist: Path) -> list[str]:
    """Everything that is wrong with a built output; empty: it may be looked at on a phone."""
    files = Files(platform, dist)
    return [fault for check in CHECKS for fault in check(files)]
