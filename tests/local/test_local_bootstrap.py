"""`make` on a machine where something is missing, and the stamps that let later starts reuse everything."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout without .venv whose lock files ask for nothing, so that no network is needed."""
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copy(ROOT / "tools" / "bootstrap.py", tmp_path / "tools")
    (tmp_path / "requirements.lock").write_text("# nothing\n")
    (tmp_path / "requirements-dev.lock").write_text("# nothing either\n")
    (tmp_path / "backend").mkdir()
    (tmp_path / "backend" / "__main__.py").write_text(
        "import os, sys\nprint('started', sys.argv[1:], os.environ['TF_FOLLOW_PARENT'] == str(os.getppid()))\n"
    )
    return tmp_path


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=env, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL
    )


def test_run_makes_the_environment_once_and_follows_make(checkout: Path) -> None:
    first = make(checkout, "run", f"PYTHON={sys.executable}")
    assert first.returncode == 0, first.stderr
    assert "Making .venv" in first.stdout
    assert first.stdout.endswith("started ['run'] True\n")
    assert make(checkout, "run").stdout == "started ['run'] True\n"


def test_a_changed_lock_file_is_installed_into_the_same_environment(checkout: Path) -> None:
    make(checkout, "run", f"PYTHON={sys.executable}")
    (checkout / "requirements.lock").write_text("# changed\n")
    again = make(checkout, "run", f"PYTHON={sys.executable}")
    assert "Installing the packages of requirements.lock" in again.stdout
    assert "Making .venv" not in again.stdout


def test_an_environment_that_was_broken_off_is_made_anew(checkout: Path) -> None:
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").symlink_to("/nowhere/python")
    again = make(checkout, "run", f"PYTHON={sys.executable}")
    assert "Making .venv" in again.stdout
    assert again.stdout.endswith("started ['run'] True\n")


def test_a_package_that_cannot_be_installed_leaves_no_stamp(checkout: Path) -> None:
    (checkout / "requirements.lock").write_text("./not-there --hash=sha256:" + "0" * 64 + "\n")
    failed = make(checkout, "run", f"PYTHON={sys.executable}")
    assert failed.returncode != 0
    assert "pip could not install requirements.lock" in failed.stderr
    assert not list((checkout / ".venv").glob(".installed-*"))


def test_no_python_that_is_new_enough_is_said_in_a_sentence(checkout: Path) -> None:
    old = checkout / "old-python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    failed = make(checkout, "run", f"PYTHON={old}")
    assert failed.returncode != 0
    assert "No Python from 3.11 to 3.14 was found" in failed.stderr


def test_a_python_without_ensurepip_is_said_in_a_sentence(checkout: Path) -> None:
    hidden = "import sys; sys.modules['ensurepip'] = None; import runpy; sys.argv = ['bootstrap.py', 'run']; "
    failed = subprocess.run(
        [sys.executable, "-c", hidden + "runpy.run_path('tools/bootstrap.py', run_name='__main__')"],
        cwd=checkout,
        capture_output=True,
        text=True,
    )
    assert failed.returncode != 0
    assert "python3-venv" in failed.stderr


def test_help_names_every_target(checkout: Path) -> None:
    said = make(checkout, "help").stdout
    for target in ("run", "test", "bench", "help", "lint", "types", "fmt", "migrations", "screens", "clean"):
        assert f"\n  {target} " in said


def test_the_committed_lock_files_carry_hashes_and_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text, name
        packages = [line for line in text.splitlines() if line[:1].isalnum()]
        assert len(packages) > 50
        assert text.count("--hash=sha256:") >= len(packages)
    for path in ROOT.glob("*/**/package-lock.json"):
        if "node_modules" not in path.parts and not any(part.startswith(".") for part in path.relative_to(ROOT).parts):
            assert '"resolved"' not in path.read_text(encoding="utf-8"), path
