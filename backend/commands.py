"""Small commands for whoever runs the program."""

from __future__ import annotations

import json
import sys

from rich.console import Console
from rich.table import Table

from backend import process, wiring
from backend.core import audit, db
from backend.core.clients import ProviderError
from backend.core.settings import load
from backend.identity import service as identity
from backend.official import menu as official
from backend.sandbox.people import PEOPLE


async def verify_audit() -> int:
    """Recompute the audit trail; exit code 1 and the row's id when it was tampered with."""
    await db.connect(wiring.database(load()))
    try:
        verdict = await audit.verify()
    finally:
        await db.disconnect()
    if verdict.broken_at is None:
        sys.stdout.write(f"audit trail intact: {verdict.checked} rows\n")
        return 0
    sys.stdout.write(f"audit trail broken at row {verdict.broken_at} after {verdict.checked} rows\n")
    return 1


async def official_menu(*, show: bool) -> int:
    """Hand the official account its menu, or print it. Exit code 1 when WeChat refuses it."""
    settings = load()
    document = official.menu(settings.http.public_url)
    if show:
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        return 0
    await process.start(settings, follow=False)
    try:
        await official.put_menu(document)
    except (official.NoOfficialAccount, ProviderError) as exc:
        sys.stderr.write(f"公众号菜单没有更新：{exc}\n")
        return 1
    finally:
        await process.stop()
    sys.stdout.write("公众号菜单已更新，关注者最迟 24 小时内看到\n")
    return 0


async def demo_accounts() -> int:
    """Make the accounts of local mode when they are missing, and print them. Refuses outside local mode."""
    settings = load()
    if not settings.local:
        sys.stderr.write("demo accounts exist in local mode only\n")
        return 2
    await db.connect(wiring.database(settings))
    try:
        accounts = await identity.ensure_demo_staff(settings)
    finally:
        await db.disconnect()
    console = Console(file=sys.stdout, width=120, highlight=False)
    staff = Table(
        "用户名", "密码", "动态码密钥", "角色", "地区", box=None, pad_edge=False, title="工作人员", title_justify="left"
    )
    for account in accounts:
        roles, regions = "、".join(account.roles), "、".join(account.regions)
        staff.add_row(account.username, account.password, account.totp_secret, roles, regions)
    console.print(staff)
    console.print("动态码：.venv/bin/python -m backend otp <用户名>，30 秒一换，每个只能用一次")
    citizens = Table(
        "手机号",
        "姓名",
        "身份证号码",
        "说明",
        box=None,
        pad_edge=False,
        title="办事人（均为虚构）",
        title_justify="left",
    )
    for person in PEOPLE:
        citizens.add_row(person.phone, person.name, person.id_number, person.note)
    console.print(citizens)
    console.print(f"短信验证码：{settings.sandbox_url}/_control/sms/<手机号>")
    return 0


def one_time_code(username: str) -> int:
    """Print the present one-time code of a demo account."""
    code = identity.one_time_code(load().data, username)
    if code is None:
        sys.stderr.write(f"no demo account {username!r}; `python -m backend demo-accounts` lists them\n")
        return 1
    sys.stdout.write(code + "\n")
    return 0
