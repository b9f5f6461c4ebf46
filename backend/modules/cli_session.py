"""The command line's way to the host: staff sign-in, a token kept for its owner alone, plain HTTP.

`TF_HOST` and `TF_TOKEN` win over the kept session, for scripts. The session lies in `$TF_HOME/session.json`, by
default `~/.config/tianfu/`.
"""

from __future__ import annotations

import json
import os
import secrets
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

HOST = "http://127.0.0.1:8000"
SECONDS = 120


class HostRefused(Exception):
    """The host's problem document."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("detail") or problem.get("title") or str(status))
        self.status = status
        self.problem = problem


class HostAway(Exception):
    """Nobody answered at the address, or what answered is not the host."""


def _file() -> Path:
    home = os.environ.get("TF_HOME")
    return (Path(home) if home else Path.home() / ".config" / "tianfu") / "session.json"


def keep(host: str, token: str, name: str) -> Path:
    """Remember a session; the file is readable by its owner alone."""
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"host": host, "token": token, "name": name}, file)
    return path


def forget() -> None:
    _file().unlink(missing_ok=True)


class Host:
    """One platform, as the signed-in member of staff."""

    def __init__(self, host: str | None = None) -> None:
        try:
            kept = json.loads(_file().read_text("utf-8"))
        except (OSError, ValueError):
            kept = {}
        self.base = (host or os.environ.get("TF_HOST") or kept.get("host") or HOST).rstrip("/")
        held = kept.get("token") if kept.get("host", "").rstrip("/") == self.base else None
        self.token: str | None = os.environ.get("TF_TOKEN") or held

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The decoded answer. Raises HostRefused, HostAway."""
        data = None if body is None else json.dumps(body).encode()
        return self._send(method, path, data, "application/json")

    def upload(self, bundle: bytes, signature: bytes) -> Any:
        boundary = secrets.token_hex(16)
        parts = b"".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n".encode()
            + content
            + b"\r\n"
            for name, content in (("bundle", bundle), ("signature", signature))
        )
        kind = f"multipart/form-data; boundary={boundary}"
        return self._send("POST", "/publish/v1/releases", parts + f"--{boundary}--\r\n".encode(), kind)

    def _send(self, method: str, path: str, data: bytes | None, kind: str) -> Any:
        if urllib.parse.urlsplit(self.base).scheme not in ("http", "https"):
            raise HostAway(f"地址不对：{self.base}")
        request = urllib.request.Request(self.base + path, data, method=method)  # noqa: S310 - scheme checked above
        if data is not None:
            request.add_header("Content-Type", kind)
        if method == "POST":
            request.add_header("Idempotency-Key", secrets.token_hex(16))
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
                content = answer.read()
        except urllib.error.HTTPError as exc:
            try:
                problem = json.loads(exc.read())
            except ValueError:
                problem = {"title": f"平台答复 {exc.code}"}
            raise HostRefused(exc.code, problem) from exc
        except (OSError, ValueError) as exc:
            raise HostAway(f"连不上 {self.base}：{getattr(exc, 'reason', exc)}") from exc
        try:
            return json.loads(content) if content else None
        except ValueError as exc:
            raise HostAway(f"{self.base} 不是天府通办的平台") from exc
