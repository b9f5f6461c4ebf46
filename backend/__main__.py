"""`python -m backend COMMAND`: every way to start something of this program."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path

from backend.core.settings import SettingsError


def _run(_: argparse.Namespace, rest: list[str]) -> int:
    from backend.local.run import main

    return main(rest)


def _web(_: argparse.Namespace, __: list[str]) -> int:
    from backend.web import serve

    return serve()


def _worker(args: argparse.Namespace, _: list[str]) -> int:
    from backend.worker import serve

    return serve(queues=args.queues, concurrency=args.concurrency)


def _beat(_: argparse.Namespace, __: list[str]) -> int:
    from backend.worker import beat

    return beat()


def _sandbox(_: argparse.Namespace, __: list[str]) -> int:
    from backend.sandbox.run import main

    return int(main() or 0)


def _migrate(_: argparse.Namespace, __: list[str]) -> int:
    from backend.migrate import migrate

    return asyncio.run(migrate())


def _migrations(args: argparse.Namespace, _: list[str]) -> int:
    from backend.migrate import make

    return make(args.apps)


def _modules(_: argparse.Namespace, rest: list[str]) -> int:
    from backend.local import preview
    from backend.modules.cli import main

    return main(rest, more=preview.add)


def _openapi(_: argparse.Namespace, __: list[str]) -> int:
    from backend.app import describe

    sys.stdout.write(json.dumps(describe(), ensure_ascii=False, indent=1) + "\n")
    return 0


def _demo_accounts(_: argparse.Namespace, __: list[str]) -> int:
    from backend.commands import demo_accounts

    return asyncio.run(demo_accounts())


def _otp(args: argparse.Namespace, _: list[str]) -> int:
    from backend.commands import one_time_code

    return one_time_code(args.username)


def _audit(args: argparse.Namespace, _: list[str]) -> int:
    from backend.commands import verify_audit

    return asyncio.run(verify_audit(args.head))


def _push(args: argparse.Namespace, _: list[str]) -> int:
    from backend.commands import explain_message, replay_push

    if args.action == "explain":
        return asyncio.run(explain_message(args.message or ""))
    return asyncio.run(replay_push(dry=args.dry_run))


def _staff(args: argparse.Namespace, _: list[str]) -> int:
    from backend.commands import manage_staff

    return asyncio.run(manage_staff(args.action, args.username, args.name, args.roles, args.regions))


def _official_menu(args: argparse.Namespace, _: list[str]) -> int:
    from backend.commands import official_menu

    return asyncio.run(official_menu(show=args.show))


def _keys(args: argparse.Namespace, _: list[str]) -> int:
    from backend import commands

    if args.action == "status":
        return asyncio.run(commands.key_status(as_json=args.json))
    return asyncio.run(commands.rotate_keys(resume=args.resume, as_json=args.json))


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="python -m backend", description="天府通办")
    commands = root.add_subparsers(dest="command", required=True)
    for name, function, text in (
        ("run", _run, "everything on this machine"),
        ("web", _web, "one web process"),
        ("beat", _beat, "the timetable"),
        ("sandbox", _sandbox, "simulators of vendors and of a department (local mode)"),
        ("migrate", _migrate, "bring the database to the newest schema"),
        ("modules", _modules, "publish and look after modules"),
        ("openapi", _openapi, "print the OpenAPI document"),
        ("demo-accounts", _demo_accounts, "print the accounts of local mode"),
    ):
        command = commands.add_parser(name, help=text, add_help=name not in ("run", "modules"))
        command.set_defaults(function=function)
    worker = commands.add_parser("worker", help="a Celery worker")
    worker.add_argument("--queues", default="urgent,default,bulk")
    worker.add_argument("--concurrency", type=int, default=int(os.environ.get("TF_WORKER_CONCURRENCY", "2")))
    worker.set_defaults(function=_worker)
    migrations = commands.add_parser("migrations", help="write migrations: migrations make APP [APP ...]")
    migrations.add_argument("action", choices=["make"])
    migrations.add_argument("apps", nargs="*")
    migrations.set_defaults(function=_migrations)
    otp = commands.add_parser("otp", help="the present one-time code of a local demo account")
    otp.add_argument("username")
    otp.set_defaults(function=_otp)
    audit = commands.add_parser("audit", help="audit verify: recompute the trail's hash chain")
    audit.add_argument("action", choices=["verify"])
    audit.add_argument("--head", help="what an earlier run printed; finds a trail whose end was cut off")
    audit.set_defaults(function=_audit)
    push = commands.add_parser("push", help="push explain MESSAGE: its story; push replay: take up what is stuck")
    push.add_argument("action", choices=["explain", "replay"])
    push.add_argument("message", nargs="?")
    push.add_argument("--dry-run", action="store_true", help="replay: say what is stuck, send nothing")
    push.set_defaults(function=_push)
    menu = commands.add_parser("official-menu", help="hand the WeChat official account its menu")
    menu.add_argument("--show", action="store_true", help="print it, call nobody")
    menu.set_defaults(function=_official_menu)
    staff = commands.add_parser(
        "staff", help="staff invite | reset | disable USERNAME: accounts, from the machine itself"
    )
    staff.add_argument("action", choices=["invite", "reset", "disable"])
    staff.add_argument("username")
    staff.add_argument("--name", default="", help="invite: the name that colleagues and citizens see")
    staff.add_argument("--roles", default="", help="invite: window,reviewer,publisher,operator or auditor or admin")
    staff.add_argument("--regions", default="510000", help="invite: 6-digit codes")
    staff.set_defaults(function=_staff)
    keys = commands.add_parser("keys", help="keys status | rotate: the master keys")
    keys.add_argument("action", choices=["status", "rotate"])
    keys.add_argument("--resume", action="store_true", help="finish a rotation that was cut off, without a new key")
    keys.add_argument("--json", action="store_true", help="for programs")
    keys.set_defaults(function=_keys)
    return root


def main(argv: list[str] | None = None) -> int:
    args, rest = parser().parse_known_args(argv)
    if rest and args.command not in ("run", "modules"):
        parser().error(f"unknown arguments: {' '.join(rest)}")
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    folder = Path(__file__).resolve().parent.parent
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    try:
        return int(args.function(args, rest))
    except SettingsError as exc:
        sys.stderr.write(f"{exc}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
