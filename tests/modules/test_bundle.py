"""Bundles: one content, one sequence of bytes; everything else is refused, whole, before anything is written."""

from __future__ import annotations

import gzip
import io
import os
import random
import tarfile
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.sdk import bundle, sign
from tests.sdk.samples import folder


def tar(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for info, content in members:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return made.getvalue()


def member(name: str, content: bytes = b"x", **values: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    for key, value in values.items():
        setattr(info, key, value)
    return info, content


def by_hand(*files: tuple[str, bytes]) -> bytes:
    """A bundle as `pack_files` writes it, but of any names in any order."""
    blocks = [
        bundle.header(name.encode(), len(data)) + data + b"\0" * (-len(data) % bundle.BLOCK) for name, data in files
    ]
    return b"".join(blocks) + bundle.END


def codes(data: bytes) -> set[str]:
    return {finding.code for finding in bundle.read(data).findings}


def test_the_same_content_gives_the_same_bytes_whatever_the_folder_went_through(tmp_path: Path) -> None:
    first = folder(tmp_path / "a")
    second = folder(tmp_path / "b")
    files = sorted(second.rglob("*.toml"))
    random.Random(4).shuffle(files)
    for number, path in enumerate(files):
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)
        path.chmod(0o600 if number % 2 else 0o755)
        os.utime(path, (number * 1_000_000, number * 1_000_000))
    (second / "__pycache__").mkdir()
    (second / "__pycache__" / "x.pyc").write_bytes(b"1")
    packed = bundle.pack(first)
    assert packed == bundle.pack(second)
    (second / "module.toml").write_text((second / "module.toml").read_text("utf-8") + "\n", "utf-8")
    assert packed != bundle.pack(second)


NAMES = st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8}){0,2}\.(toml|md|png)", fullmatch=True)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(NAMES, st.binary(max_size=1500), max_size=6))
def test_reading_gives_back_what_was_packed_and_any_changed_byte_shows(files: dict[str, bytes]) -> None:
    data = bundle.pack_files(files)
    read = bundle.read(data)
    assert (read.files, read.findings) == (files, [])
    if files:
        at = random.Random(len(data)).randrange(len(data))
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        again = bundle.read(changed)
        assert again.findings or again.files != files


def test_ordinary_tools_can_open_a_bundle(tmp_path: Path) -> None:
    packed = bundle.pack(folder(tmp_path))
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        assert archive.getnames() == ["matters/sample.toml", "module.toml"]
        assert {(item.mtime, item.uid, item.gid, item.mode, item.uname) for item in archive} == {(0, 0, 0, 0o644, "")}


@pytest.mark.parametrize(
    "name",
    [
        "../escape.toml",
        "matters/../../escape.toml",
        "/etc/passwd.toml",
        "a\\..\\b.toml",
        "C:x.toml",
        "./module.toml",
        "matters//a.toml",
        ".ssh/key.txt",
        "matters/.env.toml",
        "a/b/c/d/e/f/g.toml",
        "run.sh",
        "hooks.py",
        "a\u202etoml.md",
        "e\u0301.md",
    ],
)
def test_names_that_lead_astray_are_refused(name: str) -> None:
    assert codes(by_hand(("module.toml", b""), (name, b"x"))) & {"bundle.name"}


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_only_plain_files_are_taken(kind: bytes) -> None:
    data = tar(member("matters/a.toml", b"", type=kind, linkname="/etc/passwd"))
    assert "bundle.kind" in codes(data)


def test_long_names_and_extension_headers_are_refused() -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("matters/" + "a" * 120 + ".toml")
        archive.addfile(info, io.BytesIO(b""))
    assert "bundle.kind" in codes(made.getvalue())


def test_compressed_bundles_are_refused_without_being_opened() -> None:
    bomb = gzip.compress(b"\0" * (40 << 20), 6)
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("module.toml", b"\0" * (20 << 20))
    tracemalloc.start()
    for data in (bomb, zipped.getvalue()):
        assert codes(data) == {"bundle.compressed"}
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def test_ten_thousand_files_are_refused_at_once() -> None:
    data = by_hand(*((f"matters/m{number:05}.toml", b"") for number in range(10_000)))
    started = time.perf_counter()
    assert codes(data) == {"bundle.count"}
    assert time.perf_counter() - started < 2


def test_too_many_bytes_are_refused() -> None:
    assert codes(b"\0" * (bundle.MAX_BUNDLE + 1)) == {"bundle.size"}
    assert codes(by_hand(("module.toml", b"x" * (bundle.MAX_PACKAGE + 1)))) == {"bundle.size"}


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([("a.toml", b"1"), ("a.toml", b"2")], "bundle.duplicate"),
        ([("A.toml", b"1"), ("a.toml", b"2")], "bundle.duplicate"),
        ([("a.md", b"1"), ("a.md/b.toml", b"2")], "bundle.duplicate"),
        ([("b.toml", b"1"), ("a.toml", b"2")], "bundle.order"),
    ],
)
def test_a_name_appears_once_and_in_its_place(files: list[tuple[str, bytes]], code: str) -> None:
    assert code in codes(by_hand(*files))


def test_what_ordinary_tar_writes_is_not_the_one_bundle_of_its_content() -> None:
    assert codes(tar(member("module.toml", mtime=1_700_000_000, uname="root"))) >= {"bundle.header"}


@pytest.mark.parametrize("cut", [1, 511, 512, 600, 1024, 1500])
def test_a_bundle_that_breaks_off_or_goes_on_is_refused(cut: int) -> None:
    whole = by_hand(("module.toml", b"x" * 600))
    assert codes(whole[:-cut])
    assert codes(whole + b"\0" * cut) == {"bundle.end"}


def test_padding_hides_nothing() -> None:
    whole = bytearray(by_hand(("module.toml", b"x")))
    whole[bundle.BLOCK + 300] = 65
    assert codes(bytes(whole)) == {"bundle.header"}


def test_every_fault_is_told_at_once() -> None:
    found = codes(by_hand(("module.toml", b""), ("../a.toml", b""), ("b.sh", b""), ("b.toml", b""), ("b.toml", b"")))
    assert found == {"bundle.name", "bundle.duplicate", "bundle.order"}


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=3000))
def test_noise_is_refused_with_a_sentence_and_never_raises(data: bytes) -> None:
    read = bundle.read(data)
    assert read.findings or data == bundle.END


def test_a_signature_holds_for_these_bytes_and_this_key_alone(tmp_path: Path) -> None:
    data = bundle.pack(folder(tmp_path))
    key, other = sign.generate(), sign.generate()
    made = sign.sign(data, key)
    sign.verify(data, made, key.public_key())
    with pytest.raises(sign.SignatureWrong, match="digest"):
        sign.verify(data[:-1] + b"\1", made, key.public_key())
    with pytest.raises(sign.SignatureWrong, match="signature"):
        sign.verify(data, made, other.public_key())
    forged = sign.Signature(key_id=made.key_id, digest=made.digest, signature="not base64!")
    with pytest.raises(sign.SignatureWrong, match="signature"):
        sign.verify(data, forged, key.public_key())


def test_a_key_vouches_for_one_successor_of_one_team() -> None:
    old, new = sign.generate(), sign.generate()
    proof = sign.vouch("gjj_team", new.public_key(), old)
    sign.check_vouch("gjj_team", new.public_key(), proof, old.public_key())
    for team, key in (("other_team", new), ("gjj_team", sign.generate())):
        with pytest.raises(sign.SignatureWrong):
            sign.check_vouch(team, key.public_key(), proof, old.public_key())
