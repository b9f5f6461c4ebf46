"""A small machine under the real supervisor: PostgreSQL, Valkey and programs of a few lines, for the tests beside it.

Run as `python small.py`, it is the supervisor; as `python small.py NAME`, one of its programs.
"""

import asyncio
import os
import socket
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f"{os.environ['TF_PROCESS']} {os.getpid()}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        del format, args


def web() -> None:
    server = HTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
    server.socket = socket.socket(fileno=int(os.environ["TF_WEB_FD"]))
    said = Path(os.environ["TF_DATA"], "logs", "run.log")
    while os.environ.get("SMALL_BROKEN") == "program" and "worker ended" not in said.read_text():
        time.sleep(0.02)  # all else is well only after the supervisor noticed the first death
    server.serve_forever()


def worker() -> None:
    """Like a pool: a child of its own, and a stubborn one."""
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    subprocess.Popen([sys.executable, "-c", stubborn])
    time.sleep(600)


def migrate() -> None:
    """Proves that the steps get a database that is there."""
    import asyncpg

    async def ask() -> None:
        connection = await asyncpg.connect(os.environ["TF_DATABASE_URL"])
        await connection.execute("create table if not exists started (at timestamptz default now())")
        await connection.execute("insert into started default values")
        await connection.close()

    asyncio.run(ask())


def publish() -> None:
    if os.environ.get("SMALL_BROKEN") == "publish":
        broken()


def accounts() -> None:
    print("demo 13800000000")


def broken() -> None:
    print("the reason that a person needs", flush=True)
    sys.exit(3)


def supervise() -> int:
    from backend.local import run
    from backend.local.plan import Plan, Program, Step
    from backend.local.settings import LocalSettings

    def command(name: str) -> list[str]:
        return [sys.executable, __file__, name]

    def small(settings: LocalSettings) -> Plan:
        web_program = Program("web", command("web"), copies=settings.web_workers, serves=True)
        worker_program = Program("worker", command("worker"), stop_rank=2)
        if os.environ.get("SMALL_BROKEN") == "program":
            worker_program = Program("worker", command("broken"))
        migrate_step = "broken" if os.environ.get("SMALL_BROKEN") == "step" else "migrate"
        return Plan(
            early=[],
            steps=[
                Step("migrate", "Database migrated", command(migrate_step)),
                Step("publish", "Modules published", command("publish"), renews=True),
            ],
            programs=[web_program, worker_program],
            accounts=command("accounts"),
            pages=False,
        )

    return run.main(planner=small)


PROGRAMS = {
    "web": web,
    "worker": worker,
    "migrate": migrate,
    "publish": publish,
    "accounts": accounts,
    "broken": broken,
}

if __name__ == "__main__":
    if len(sys.argv) > 1:
        PROGRAMS[sys.argv[1]]()
    else:
        sys.exit(supervise())
