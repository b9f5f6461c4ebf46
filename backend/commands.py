"""Small commands for whoever runs the program."""

from __future__ import annotations

import json
import sys

import msgspec
from rich.console import Console
from rich.table import Table

from backend import process, wiring
from backend.companies import sealing as companies_sealing
from backend.core import audit, db, keys, rotation
from backend.core.clients import ProviderError
from backend.core.errors import AppError
from backend.core.settings import load
from backend.identity import enrolment, sealing, staff
from backend.identity import service as identity
from backend.identity.staff_schemas import (
    MemberCreate,
)
from backend.licenses import signing
from backend.official import menu as official
from backend.sandbox.people import PEOPLE
from push import story
from push.errors import MessageNotFound

SEALED = (*sealing.UNDER_MASTER, *companies_sealing.UNDER_MASTER, *signing.UNDER_MASTER)


async def verify_audit(head: str | None = None) -> int:
    """Recompute the audit trail; exit code 1 and the row's id when it was tampered with, 2 for a head that is none."""
    await db.connect(wiring.database(load()))
    try:
        verdict = await audit.verify(head)
    except ValueError:
        sys.stderr.write("--head must be what an earlier `audit verify` printed, as 120:9f86…\n")
        return 2
    finally:
        await db.disconnect()
    if verdict.broken_at is not None:
        sys.stdout.write(f"audit trail broken at row {verdict.broken_at} after {verdict.checked} rows\n")
        return 1
    if verdict.cut:
        sys.stdout.write(f"audit trail does not hold {head}: its end was cut off, or it was made anew\n")
        return 1
    sys.stdout.write(f"audit trail intact: {verdict.checked} rows\nhead {verdict.head}\n")
    return 0


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


async def rotate_keys(*, resume: bool, as_json: bool) -> int:
    """Change the master key while everything serves. Exit code 1 when rows are left on an older key."""
    await db.connect(wiring.database(load()))
    try:
        outcome = await rotation.rotate(SEALED, renew=not resume)
    except (keys.NotOurs, keys.Busy) as exc:
        sys.stderr.write(f"{exc}\n")
        return 2
    finally:
        await db.disconnect()
    if as_json:
        sys.stdout.write(msgspec.json.encode(outcome).decode() + "\n")
    else:
        sys.stdout.write(f"sealed anew: {outcome.moved} values; on an older key: {outcome.left}\n")
        for column, rows in (outcome.unreadable or {}).items():
            sys.stdout.write(f"{column}: {rows} values that no known key opens; they stay as they are\n")
        for name in outcome.retired:
            sys.stdout.write(f"key {name} put aside as master-{name}.retired; keep it as long as backups need it\n")
        if outcome.left:
            sys.stdout.write("older keys stay in use; run again: keys rotate --resume\n")
    return 1 if outcome.left else 0


async def manage_staff(action: str, username: str, name: str, roles: str, regions: str) -> int:
    """Invite, reset or disable a member from the machine itself: the way to the first admins.

    Prints the setup code of an invitation or a reset. Exit code 1 when it is refused; the reason is on stderr.
    """
    await process.start(load(), follow=False)
    try:
        if action == "disable":
            await staff.disable(username, reason="从服务器停用")
            sys.stdout.write(f"{username} 已停用\n")
            return 0
        if action == "invite":
            fields = {
                "username": username,
                "display_name": name or username,
                "roles": [role for role in roles.split(",") if role],
                "regions": [region for region in regions.split(",") if region],
            }
            await enrolment.invite(None, msgspec.convert(fields, MemberCreate))
            asked = [one for one in (await enrolment.waiting()).items if one.username == username]
        else:
            asked = [await enrolment.ask_reset(None, username, "从服务器重置")]
        told = await enrolment.approve(None, asked[0].id)
    except (AppError, msgspec.ValidationError) as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    finally:
        await process.stop()
    sys.stdout.write(f"登记码 {told.setup_code}\n请本人 24 小时内在 /console/enrol 登记密码和动态码\n")
    return 0


async def key_status(*, as_json: bool) -> int:
    """Which master keys there are and how many values each still opens. Exit code 1 when a value needs another."""
    await db.connect(wiring.database(load()))
    try:
        held = await rotation.status(SEALED)
    finally:
        await db.disconnect()
    writer, *older = [name.hex() for name in keys.vault().known]
    missing = sorted({key for rows in held.values() for key in rows} - {writer, *older, "none"})
    if as_json:
        found = {"writes": writer, "reads": older, "columns": held, "missing": missing}
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
    else:
        sys.stdout.write(f"writes: {writer}\nstill opens: {', '.join(older) or 'nothing older'}\n")
        for column, rows in held.items():
            told = ", ".join(f"{key} {count}" for key, count in sorted(rows.items()))
            sys.stdout.write(f"{column}: {told or 'empty'}\n")
        for name in missing:
            sys.stdout.write(f"key {name} is needed and not here\n")
    return 1 if missing else 0


async def explain_message(message_id: str) -> int:
    """Print one message's story as JSON; exit code 1 when there is no such message."""
    await db.connect(wiring.database(load()))
    try:
        found = await story.of(message_id)
    except MessageNotFound as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    finally:
        await db.disconnect()
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n")
    return 0


async def replay_push(*, dry: bool) -> int:
    """Say what is stuck, as JSON, and without `dry` take it up. Exit code 1 when something is stuck afterwards."""
    await process.start(load(), follow=False)
    try:
        taken = 0 if dry else await story.replay()
        left = await story.stuck()
    finally:
        await process.stop()
    document = {"taken": taken, "stuck": left}
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n")
    return 1 if left.unplanned or left.deliveries or left.claims else 0


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
