"""Staff of local mode: made at first run with random passwords, which lie in the data folder for their owner alone."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import msgspec
import pyotp

from backend.core import crypto
from backend.core.settings import Settings
from backend.identity import staff

FILE = "demo-accounts.json"


class DemoAccount(msgspec.Struct, kw_only=True):
    """`totp_secret` is base32, as an authenticator takes it."""

    username: str
    display_name: str
    roles: list[str]
    regions: list[str]
    password: str = ""
    totp_secret: str = ""


class DemoFile(msgspec.Struct, kw_only=True):
    staff: list[DemoAccount] = []


class NotLocal(RuntimeError):
    """Demo accounts exist in local mode only."""


def _wanted() -> list[DemoAccount]:
    rows = (
        ("window.chengdu", "成都窗口", ["window"], ["510100"]),
        ("reviewer.chengdu", "成都审批", ["reviewer"], ["510100"]),
        ("handler.province", "省级经办", ["window", "reviewer"], ["510000"]),
        ("publisher", "模块发布", ["publisher"], ["510000"]),
        ("operator", "消息运营", ["operator"], ["510000"]),
        ("operator.second", "消息审批", ["operator"], ["510000"]),
        ("auditor", "安全审计", ["auditor"], ["510000"]),
        ("admin.second", "系统管理审批", ["admin"], ["510000"]),
        ("admin", "系统管理", ["admin"], ["510000"]),
    )
    return [
        DemoAccount(username=name, display_name=title, roles=roles, regions=regions)
        for name, title, roles, regions in rows
    ]


def read(data: Path) -> DemoFile:
    """The file as it is; empty when there is none yet."""
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=DemoFile)
    except FileNotFoundError:
        return DemoFile()


def _write(data: Path, content: DemoFile) -> None:
    data.mkdir(parents=True, exist_ok=True)
    fresh = data / f"{FILE}.new"
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(data / FILE)


async def ensure_staff(settings: Settings) -> list[DemoAccount]:
    """Make what is missing in the file and in the database; needs a connected database. Raises NotLocal."""
    if not settings.local:
        raise NotLocal("demo accounts exist in local mode only")
    held = {account.username: account for account in (await asyncio.to_thread(read, settings.data)).staff}
    accounts: list[DemoAccount] = []
    new: set[str] = set()
    for wanted in _wanted():
        account = held.get(wanted.username)
        if account is None:
            account = wanted
            account.password = "-".join(crypto.public_code(4) for _ in range(4))
            account.totp_secret = pyotp.random_base32()
            new.add(account.username)
        accounts.append(account)
    if new:
        await asyncio.to_thread(_write, settings.data, DemoFile(staff=accounts))
    for account in accounts:
        await staff.ensure(
            account.username,
            account.display_name,
            account.password,
            account.totp_secret,
            account.roles,
            account.regions,
            renew=account.username in new,
        )
    return accounts


def one_time_code(data: Path, username: str) -> str | None:
    """The present code of a demo account; None when there is no such account."""
    for account in read(data).staff:
        if account.username == username:
            return str(pyotp.TOTP(account.totp_secret).now())
    return None
