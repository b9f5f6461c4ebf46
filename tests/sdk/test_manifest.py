"""Reading a folder: every structural fault with its line, and the canonical JSON that a release is kept as."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from backend.sdk.findings import Finding
from backend.sdk.manifest import Bundle, Matter, bundle_from_json, bundle_to_json, load_folder
from tests.sdk.samples import MATTER, MODULE, folder, full_matter


def found(path: Path) -> dict[str, Finding]:
    bundle, findings = load_folder(path)
    assert bundle is None or not findings
    return {finding.code: finding for finding in findings}


def test_a_right_folder_is_read(tmp_path: Path) -> None:
    bundle, findings = load_folder(folder(tmp_path))
    assert findings == []
    assert bundle is not None
    assert bundle.module.id == "sample_owner"
    assert [matter.code for matter in bundle.matters] == ["sample"]
    assert bundle.matters[0].limits.promise is not None
    assert bundle.matters[0].limits.promise.days == 3
    assert bundle.matter("sample") is bundle.matters[0]
    assert bundle.matter("other") is None


def test_json_is_canonical_and_gives_the_same_bundle_back(tmp_path: Path) -> None:
    first, _ = load_folder(folder(tmp_path / "one"))
    shuffled = "\n".join(reversed(MODULE.strip().split("\n"))) + "\n"
    second, _ = load_folder(folder(tmp_path / "two", module=shuffled))
    assert first is not None
    assert second is not None
    assert bundle_to_json(first) == bundle_to_json(second)
    assert bundle_from_json(bundle_to_json(first)) == first
    assert bundle_to_json(bundle_from_json(bundle_to_json(first))) == bundle_to_json(first)


def test_every_field_type_survives_json() -> None:
    module = msgspec.toml.decode(MODULE)
    bundle = msgspec.convert({"module": module, "matters": []}, Bundle)
    full = msgspec.structs.replace(bundle, matters=[full_matter()])
    assert bundle_from_json(bundle_to_json(full)) == full


def test_stored_json_with_an_unknown_key_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        bundle_from_json(b'{"module": {}, "matters": [], "extra": 1}')


def test_unknown_and_missing_keys_and_wrong_types_are_all_told_with_their_lines(tmp_path: Path) -> None:
    broken = (
        MATTER.replace('keywords = ["示例"]', 'keyword = ["示例"]')
        .replace('level = "verified"', 'level = "strongest"')
        .replace("visits = 0", 'visits = "none"')
        .replace('title = "金额（元）"\n', "")
        .replace('role = "window"', 'role = "visitor"')
    )
    _, findings = load_folder(folder(tmp_path, matter=broken))
    lines = broken.split("\n")
    told = {(finding.code, lines[(finding.line or 1) - 1]) for finding in findings}
    assert told == {
        ("manifest.unknown_key", 'keyword = ["示例"]'),
        ("manifest.type", 'level = "strongest"'),
        ("manifest.type", 'visits = "none"'),
        ("manifest.missing_key", "[[fields]]"),
        ("manifest.type", '  { id = "accept", role = "visitor", days = 1 },'),
    }
    unknown = next(finding for finding in findings if finding.code == "manifest.unknown_key")
    assert "keywords" in unknown.mend
    assert all(finding.file == "matters/sample.toml" for finding in findings)


def test_lines_are_right_after_long_texts_and_arrays(tmp_path: Path) -> None:
    text = 'summary = """第一行\n[limits]\nfee = 1\n"""\n'
    broken = MATTER.replace('summary = "给谁办，办成什么。"\n', text).replace('name = "示例证书"', "name = 5")
    _, findings = load_folder(folder(tmp_path, matter=broken))
    assert [broken.split("\n")[(finding.line or 1) - 1] for finding in findings] == ["name = 5"]


def test_many_matters_fit_in_one_file(tmp_path: Path) -> None:
    rows = "\n".join(
        f'[[matters]]\ncode = "m{n}"\nname = "事项{n}"\nkind = "link"\naudience = ["person"]\n' for n in range(300)
    )
    path = folder(tmp_path, matter=None)
    (path / "matters.toml").write_text(rows, "utf-8")
    bundle, findings = load_folder(path)
    assert findings == []
    assert bundle is not None
    assert len(bundle.matters) == 300


def test_a_code_used_twice_names_the_other_place(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "matters" / "again.toml").write_text(MATTER, "utf-8")
    assert "again.toml" in found(path)["manifest.duplicate"].message


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("matters/bad.toml", "code = \n", "toml.syntax"),
        ("matters/bad.toml", b"\xff\xfe", "toml.encoding"),
        ("other.toml", "a = 1", "folder.stray"),
        (".env", "SECRET=1", "folder.hidden"),
        ("tool.exe", "MZ", "folder.kind"),
        ("a/b/c/d/e/f/g.txt", "deep", "folder.depth"),
        ("matters/mixed.toml", 'code = "x"\n[[matters]]\ncode = "y"\n', "manifest.mixed"),
    ],
)
def test_files_that_do_not_belong_are_refused(tmp_path: Path, name: str, content: str | bytes, code: str) -> None:
    path = folder(tmp_path)
    (path / name).parent.mkdir(parents=True, exist_ok=True)
    (path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert code in found(path)


def test_links_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    path = folder(tmp_path)
    secret = tmp_path / "secret.toml"
    secret.write_text(MATTER, "utf-8")
    os.symlink(secret, path / "matters" / "linked.toml")
    os.symlink(tmp_path, path / "up")
    _, findings = load_folder(path)
    assert {finding.file for finding in findings if finding.code == "folder.symlink"} == {"matters/linked.toml", "up"}


def test_a_folder_without_a_module_or_without_itself_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "folder.module" in found(tmp_path / "empty")
    assert "folder.missing" in found(tmp_path / "nowhere")


def test_a_package_that_is_too_big_is_refused(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "big.pdf").write_bytes(b"0" * (20 * 1024 * 1024 + 1))
    assert "folder.size" in found(path)


def test_shapes_are_immutable() -> None:
    matter = Matter(code="a", name="甲", kind="link", audience=["person"])
    with pytest.raises(AttributeError):
        matter.name = "乙"  # type: ignore[misc]


def test_masks_of_prefill_are_locked_unless_said() -> None:
    fields = {field.name: field for field in full_matter().fields}
    assert fields["name"].locked
    assert not fields["phone"].locked
    assert not fields["note"].locked
