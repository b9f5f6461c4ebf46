"""Bad bundles over the real upload API, one row each: refused whole, with every finding, and the live module untouched.

A row says what is uploaded, whose key signs it, and exactly which codes come back. Around each row the answers that
citizens get of the live module are compared byte for byte, from a fresh snapshot as well, and the rows of publishing
are counted.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from backend.modules import registry, service
from backend.sdk import bundle, sign
from backend.sdk.check import page_of
from backend.sdk.manifest import Bundle, load_folder
from tests.conftest import Client
from tests.modules.conftest import MATTER, TEAM, Publishing, counts, module, write
from tests.modules.test_bundle import by_hand
from tests.sdk.samples import MODULE

Change = Callable[[bytes], bytes]
REFUSED = "modules.bundle_refused"
FLOW = "[flow]\n"
TEXT = "给谁办，办成什么。"


@dataclass(frozen=True)
class Bad:
    """`after` changes the bytes after they were signed; `key` says who signs; `codes` is all that must come back."""

    data: bytes
    codes: frozenset[str] = frozenset()
    key: str = "ours"
    after: Change | None = None
    status: int = 422
    problem: str = REFUSED


def bad(data: bytes, *codes: str, **more: Any) -> Bad:
    return Bad(data, frozenset(codes), **more)


def matter(old: str, new: str, **more: Any) -> bytes:
    assert MATTER.count(old) >= 1, old
    return module("2.0.0", matter=MATTER.replace(old, new, 1), **more)


def top(text: str) -> bytes:
    return matter("[limits]\n", f"{text}\n[limits]\n")


def rule(expression: str) -> bytes:
    return matter(FLOW, f'{FLOW}auto_accept = "{expression}"\n')


def files(*named: tuple[str, bytes]) -> bytes:
    return by_hand(*sorted([*named, ("module.toml", b"")]))


def marked(kind: bytes) -> bytes:
    """One file whose header says that it is something else: a link, a device."""
    made = bytearray(by_hand(("matters/a.toml", b""), ("module.toml", b"")))
    made[156:157] = kind
    return bytes(made)


def sized(size: bytes) -> bytes:
    """A header that promises more than there is."""
    made = bytearray(by_hand(("module.toml", b"x")))
    made[124:136] = size
    return bytes(made)


def flipped(at: int) -> Change:
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at % len(data) + 1 :]


def zipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("module.toml", b"\0" * (4 << 20))
    return made.getvalue()


GOOD = module("2.0.0")
IN_A_TEXT = GOOD.index("示例部门".encode())
CIRCLE = """\
[[components]]
code = "a"
name = "甲"
department = "部门"
depends_on = ["b"]
[[components]]
code = "b"
name = "乙"
department = "部门"
depends_on = ["a"]
"""
OPENED = MATTER.replace('kind = "apply"', 'kind = "apply"\npage = true')
INLINE = b'<!doctype html><html lang="zh-CN"><script>alert(1)</script></html>'
FOREIGN = b'<!doctype html><html lang="zh-CN"><script src="//evil.example/x.js"></script></html>'
DRAWN = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

BAD: dict[str, Bad] = {
    # paths
    "a path that climbs out": bad(files(("../evil.toml", b"x")), "bundle.name"),
    "a path that climbs out half way": bad(files(("matters/../../evil.toml", b"x")), "bundle.name"),
    "an absolute path": bad(files(("/etc/cron.d/evil.toml", b"x")), "bundle.name"),
    "a path of Windows": bad(files(("a\\..\\evil.toml", b"x")), "bundle.name"),
    "a hidden file": bad(files((".env", b"x")), "bundle.name"),
    "python": bad(files(("hooks.py", b"import os")), "bundle.name"),
    "a name that reads backwards": bad(files(("a\u202etoml.md", b"x")), "bundle.name"),
    # kinds
    "a symlink": bad(marked(b"2"), "bundle.kind"),
    "a hard link": bad(marked(b"1"), "bundle.kind"),
    "a device": bad(marked(b"3"), "bundle.kind"),
    "a long name in a header of its own": bad(marked(b"x"), "bundle.kind"),
    # bombs
    "a bomb of gzip": bad(gzip.compress(b"\0" * (8 << 20)), "bundle.compressed"),
    "a bomb of zip": bad(zipped(), "bundle.compressed"),
    "a file of eight gigabytes in one header": bad(sized(b"77777777777\0"), "bundle.size"),
    "a size that is no number": bad(sized(b"\x80" + b"\xff" * 11), "bundle.format"),
    "a size that goes past the end": bad(sized(b"00000077777\0"), "bundle.short"),
    "more than twenty megabytes": bad(files(("a.png", b"x" * (bundle.MAX_PACKAGE + 1))), "bundle.size"),
    "ten thousand files": bad(by_hand(*((f"matters/{n:05}.toml", b"") for n in range(10_000))), "bundle.count"),
    "toml nested a hundred thousand deep": bad(module("2.0.0", matter="a = " + "[" * 100_000), "toml.syntax"),
    "a pattern that explodes": bad(
        matter('type = "money"', 'type = "text"\nhint = "x"\npattern = "^(a+)+(a+)+(a{1,1000}){1,1000}$"'),
        "field.pattern",
        "form.invalid",
    ),
    # names
    "a name twice": bad(by_hand(("module.toml", b"1"), ("module.toml", b"2")), "bundle.duplicate"),
    "a name twice but for its case": bad(by_hand(("MODULE.toml", b"1"), ("module.toml", b"2")), "bundle.duplicate"),
    "a file that is a folder too": bad(by_hand(("a.md", b"1"), ("a.md/b.md", b"2")), "bundle.duplicate"),
    "a matter twice": bad(
        module("2.0.0", more={"matters/again.toml": MATTER.encode()}),
        "manifest.duplicate",
    ),
    # digest and signature
    "a digest of other bytes": bad(GOOD, "bundle.digest", after=lambda _: module("2.0.1")),
    "one byte of a text altered": bad(GOOD, "bundle.digest", after=flipped(IN_A_TEXT)),
    "one byte of the padding altered": bad(GOOD, "bundle.digest", "bundle.end", after=flipped(-1)),
    "one byte of a header altered": bad(GOOD, "bundle.digest", "bundle.header", after=flipped(140)),
    "one byte missing": bad(GOOD, "bundle.digest", "bundle.end", after=lambda data: data[:-1]),
    "one byte more": bad(GOOD, "bundle.digest", "bundle.end", after=lambda data: data + b"\0"),
    "a signature by another's key under our name": bad(GOOD, "bundle.signature", key="forged"),
    "a key that nobody registered": bad(GOOD, key="unknown", status=403, problem="modules.key_refused"),
    "a revoked key": bad(GOOD, key="revoked", status=403, problem="modules.key_refused"),
    # versions and owners
    "a version that exists": bad(
        module("1.0.0", matter=MATTER.replace(TEXT, "偷换。")), "module.version", "module.version_exists"
    ),
    "an older version": bad(module("0.9.0"), "module.version"),
    "another team's id": bad(module("2.0.0", owners="other_team"), "module.owner", key="other"),
    "another team's id and both names": bad(
        module("2.0.0", owners='try_team", "other_team'), "module.owner", key="other"
    ),
    "our key for another team's module": bad(module("2.0.0", owners="other_team"), "module.owner"),
    # the format
    "a newer schema": bad(
        bundle.pack_files({"matters/a.toml": MATTER.encode(), "module.toml": MODULE.replace("1", "2", 1).encode()}),
        "manifest.type",
    ),
    "a key of a newer schema": bad(top('holograms = "yes"'), "manifest.unknown_key"),
    "a newer platform": bad(
        bundle.pack_files(
            {
                "matters/a.toml": MATTER.encode(),
                "module.toml": MODULE.replace(">=1,<2", ">=2").replace("sample_team", TEAM).encode(),
            }
        ),
        "module.platform",
    ),
    "toml that is not": bad(module("2.0.0", matter="= 1"), "toml.syntax"),
    "bytes that are no text": bad(module("2.0.0", more={"matters/b.toml": b"\xff\xfe"}), "toml.encoding"),
    # rules
    "a rule about itself": bad(matter("form.kind == 'a'", "form.amount > 1.0"), "rule.invalid"),
    "two rules about one another": bad(
        matter("required = true\noptions = [", 'required = true\nshow_if = "form.amount > 1.0"\noptions = ['),
        "rule.invalid",
    ),
    "components that wait for one another": bad(module("2.0.0", matter=MATTER + CIRCLE), "component.cycle"),
    "a rule of more than its length": bad(rule(" || ".join(["form.kind == 'a'"] * 30)), "manifest.type"),
    "a rule of too many parts": bad(rule("||".join(["today>'a'"] * 44)), "rule.invalid"),
    "a rule nested too deep": bad(rule("(form.amount+" * 30 + "1.0" + ")" * 30 + " > 1.0"), "rule.invalid"),
    "a rule that walks a list": bad(rule("[1,2,3].all(x, x > 0)"), "rule.invalid"),
    "a rule with a regular expression": bad(rule("form.name.matches('(a+)+b')"), "rule.invalid"),
    # markup
    "a script in a text": bad(matter(TEXT, "<script>alert(1)</script>"), "text.markup"),
    "html in a name": bad(matter('name = "示例事项"', 'name = "<b>示例</b>事项"'), "text.markup"),
    "html in an option": bad(matter('label = "甲"', 'label = "<img src=x onerror=alert(1)>"'), "text.markup"),
    "a link that is a script": bad(top('link = "javascript:alert(1)"'), "text.markup", "link.scheme"),
    "a script in a picture": bad(module("2.0.0", more={"icon.svg": DRAWN}), "page.svg"),
    "a script in a page": bad(module("2.0.0", matter=OPENED, more={"h5/index.html": INLINE}), "page.inline"),
    "a page that loads a stranger's script": bad(
        module("2.0.0", matter=OPENED, more={"h5/index.html": FOREIGN}), "page.foreign"
    ),
    # everything at once
    "a container with everything": bad(
        by_hand(("module.toml", b""), ("../a.toml", b""), ("b.sh", b""), ("a.md", b""), ("a.md", b"")),
        "bundle.digest",
        "bundle.name",
        "bundle.duplicate",
        "bundle.order",
        after=lambda data: data.replace(b"b.sh", b"c.sh", 1),
    ),
    "a content with everything": bad(
        module(
            "1.0.0",
            owners="other_team",
            region="519999",
            matter=MATTER.replace(TEXT, "<i>签到</i>TODO")
            .replace("charged = false", "charged = true")
            .replace("form.kind == 'a'", "form.none")
            .replace('name = "收入证明"', 'name = "其他材料"'),
            more={"icon.svg": DRAWN},
        ),
        "module.owner",
        "module.version",
        "module.version_exists",
        "module.region",
        "text.markup",
        "text.unfinished",
        "ban.check_in",
        "fee.basis",
        "fee.clash",
        "rule.invalid",
        "clause.open",
        "page.svg",
    ),
}


GUIDE = "/api/v1/matters/try_module.sample"
ANSWERS = (GUIDE, "/api/v1/matters?region=510100&q=示例", "/api/v1/home?region=510100", "/api/v1/matters?region=510100")


async def answers(http: Client) -> list[tuple[int, str | None, bytes]]:
    """What citizens get, to the byte."""
    found: list[tuple[int, str | None, bytes]] = []
    for path in ANSWERS:
        async with http.request("GET", path) as answer:
            found.append((answer.status, answer.headers.get("etag"), await answer.read()))
    return found


def live_content(tmp_path: Any) -> Bundle:
    made, _ = load_folder(write(tmp_path / "live", module("1.0.0")))
    assert made is not None
    return made


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_bundle_is_refused_whole_and_nothing_of_the_live_module_changes(
    publishing: Publishing, http: Client, name: str, tmp_path: Any
) -> None:
    row = BAD[name]
    await service.publish(live_content(tmp_path), by="tests")
    await registry.refresh()
    key = await _key(publishing, row.key)
    made = sign.sign(row.data, key)
    if row.key == "forged":
        made = msgspec.structs.replace(made, key_id=sign.key_id(publishing.key.public_key()))
    sent = row.after(row.data) if row.after else row.data
    before, rows = await answers(http), await counts()
    assert before[0][0] == 200
    assert "示例事项".encode() in before[1][2]

    status, problem = await publishing.upload(sent, signature=msgspec.json.encode(made))

    assert (status, problem["code"]) == (row.status, row.problem), problem
    found = problem.get("context", {}).get("findings", [])
    assert {item["code"] for item in found} == row.codes, problem
    for item in found:
        assert any("\u4e00" <= char <= "\u9fff" for char in item["message"])
        assert item["file"]
        assert page_of(item["code"])
    told = {item["code"] for item in found if item["severity"] == "error"}
    assert {item["code"] for item in problem.get("errors", [])} >= told
    assert await counts() == rows
    assert await answers(http) == before
    await registry.refresh()
    assert await answers(http) == before


async def _key(publishing: Publishing, whose: str) -> Any:
    if whose == "ours":
        return publishing.key
    other = sign.generate()
    if whose in ("unknown", "forged"):
        return other
    team = "other_team" if whose == "other" else TEAM
    if whose == "other":
        await publishing.admin.call("POST", "/publish/v1/teams", {"id": team, "name": "别的团队"}, status=201)
    path = f"/publish/v1/teams/{team}/keys"
    await publishing.admin.call("POST", path, {"public_key": sign.public_pem(other.public_key())}, status=201)
    if whose == "revoked":
        number = sign.key_id(other.public_key())
        await publishing.admin.call("POST", f"{path}/{number}/revoke", {"reason": "电脑丢了"}, status=200)
    return other
