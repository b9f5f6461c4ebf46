"""The pages are built when their sources changed, with the Node of the wheel, and only then."""

import json
from pathlib import Path

import pytest

from backend.local import node, pages
from backend.local.processes import Guard
from backend.local.settings import StartRefused

BUILD = "mkdir -p dist && printf 1 >> dist/builds"


def project(folder: Path, build: str) -> Path:
    folder.mkdir()
    package = {"name": "small", "version": "1.0.0", "private": True, "scripts": {"build": build}}
    lock = {"name": "small", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": {"": package}}
    (folder / "package.json").write_text(json.dumps(package))
    (folder / "package-lock.json").write_text(json.dumps(lock))
    (folder / "page.txt").write_text("one")
    return folder


async def build(folder: Path) -> tuple[bool, list[str]]:
    guard, said = Guard(), []
    try:
        return await pages.build(folder, guard=guard, log=folder.with_suffix(".log"), say=said.append), said
    finally:
        await guard.close()


async def test_pages_are_built_again_only_when_a_source_changed(tmp_path: Path) -> None:
    folder = project(tmp_path / "pages", BUILD)
    builds = folder / "dist" / "builds"
    built, said = await build(folder)
    assert built
    assert said, "what takes longer than a second is announced"
    assert builds.read_text() == "1"
    assert await build(folder) == (False, [])
    (folder / "page.txt").write_text("two")
    assert (await build(folder))[0]
    (folder / "page.txt").rename(folder / "renamed.txt")
    assert (await build(folder))[0]
    assert builds.read_text() == "111"
    (folder / "dist" / "extra").write_text("what a build makes is no source")
    assert not (await build(folder))[0]


async def test_a_build_that_fails_shows_why_and_is_tried_again(tmp_path: Path) -> None:
    folder = project(tmp_path / "pages", "echo the reason that a person needs; exit 1")
    for _ in range(2):
        with pytest.raises(StartRefused, match="the reason that a person needs"):
            await build(folder)


async def test_a_folder_without_pages_needs_no_build(tmp_path: Path) -> None:
    assert await build(tmp_path) == (False, [])


async def test_packages_are_installed_only_when_the_lock_file_changed(tmp_path: Path) -> None:
    folder = project(tmp_path / "pages", BUILD)
    guard = Guard()
    try:
        assert await node.install(folder, guard=guard, log=tmp_path / "npm.log")
        assert not await node.install(folder, guard=guard, log=tmp_path / "npm.log")
        lock = folder / "package-lock.json"
        lock.write_text(lock.read_text() + "\n")
        assert await node.install(folder, guard=guard, log=tmp_path / "npm.log")
    finally:
        await guard.close()


async def test_npm_runs_on_the_node_of_the_wheel(tmp_path: Path) -> None:
    folder = project(tmp_path / "pages", "node -p process.versions.node > version && npm --version >> version")
    guard = Guard()
    try:
        await node.npm(folder, ["run", "build"], guard=guard, log=tmp_path / "npm.log")
    finally:
        await guard.close()
    version, npm = (folder / "version").read_text().split()
    assert version.startswith("24.")
    assert int(npm.partition(".")[0]) >= 11
