"""As whom the database runs. PostgreSQL refuses root, and a repository below /root is closed to everybody else."""

from __future__ import annotations

import asyncio
import os
import pwd
import sys
import tempfile
from pathlib import Path

from backend.local.settings import StartRefused

LAUNCH = Path(__file__).with_name("launch.py")
SAME = "same"

# access(2) because PostgreSQL finds itself with it
_PROBE = """
import os, sys
if os.geteuid() == 0: sys.exit("still root")
if not os.access(sys.argv[1], os.R_OK | os.X_OK): sys.exit(f"{sys.argv[1]} cannot be read")
name = os.path.join(sys.argv[2], "probe")
open(name, "w").close()
os.remove(name)
"""


def _ordinary_user() -> tuple[int, int]:
    """A user that the password database knows: initdb looks itself up there."""
    users = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
    if not users:
        raise StartRefused("PostgreSQL does not run as root, and this machine knows no other user; add one.")
    named = [user for user in users if user.pw_name in ("postgres", "nobody")]
    user = (named or users)[0]
    return user.pw_uid, user.pw_gid


def candidates() -> list[str]:
    """Identities for `launch.py`, the best first."""
    if os.geteuid() != 0:
        return [SAME]
    uid, gid = _ordinary_user()
    user = f"user:{uid}:{gid}"
    return [f"namespace:{uid}:{gid}", user] if sys.platform == "linux" else [user]


def hand_over(folder: Path, identity: str) -> None:
    """Make `folder` and everything in it belong to whom the database will be outside."""
    if identity == SAME:
        return
    kind, uid, gid = identity.split(":")
    owner, group = (int(uid), int(gid)) if kind == "user" else (os.geteuid(), os.getegid())
    if folder.stat().st_uid == owner:
        return
    for place, _, names in os.walk(folder):
        for name in (place, *(os.path.join(place, name) for name in names)):
            os.chown(name, owner, group, follow_symlinks=False)


async def choose(binary: Path, folder: Path) -> str:
    """The first identity that can read `binary` and write into `folder`, which then belongs to it.

    Raises StartRefused when we are root and may become nobody else.
    """
    options = candidates()
    if options == [SAME]:
        return SAME
    failures = []
    for identity in options:
        hand_over(folder, identity)
        if identity.startswith("user:"):
            folder.parent.chmod(0o711)  # should the capability be refused, that user still has to pass through
        # into a file: asyncio waits for ever when it is cancelled while it connects a pipe
        with tempfile.TemporaryFile() as said:
            probe = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), "9", identity),
                *(sys.executable, "-I", "-S", "-c", _PROBE, str(binary), str(folder)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
            if await probe.wait() == 0:
                return identity
            said.seek(0)
            failures.append(said.read().decode(errors="replace").strip().rpartition("\n")[2])
    raise StartRefused(
        "PostgreSQL does not run as root, and this machine lets us be nobody else "
        f"({'; '.join(failures)}). Run as an ordinary user, allow user namespaces, or set TF_DATABASE_URL."
    )
