"""What upper floors hand down to lower ones, in one place. A lower floor never imports an upper one."""

from __future__ import annotations


def configure() -> None:
    """Give each slice the functions it needs from above. Called once a process, before anything is served."""
