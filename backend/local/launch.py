"""Becomes another program after settling how that program dies and as whom it runs.

Run as a file by a bare interpreter, standard library only, and gone after `exec`:

    python -I -S launch.py PARENT SIGNAL IDENTITY PROGRAM ARGUMENT...

PARENT is the process id that must still be the parent; SIGNAL is what the program gets when that parent dies (Linux
only: elsewhere the guardian alone sees to it). IDENTITY is one of

    same                 no change
    namespace:UID:GID    a user namespace in which the caller appears as UID:GID; it keeps the caller's access to
                         files, yet is not root in the eyes of a program that refuses root
    user:UID:GID         that user, with the one capability to pass over file permissions where the kernel grants
                         it, so that a repository below /root can still be read
"""

import ctypes
import os
import sys

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def enter_namespace(uid: int, gid: int) -> None:
    """Appear as uid:gid while staying who we are outside. Raises OSError where the machine forbids namespaces."""
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    _check(_libc().unshare(CLONE_NEWUSER), "unshare")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {outer_uid} 1\n")
    _write("/proc/self/gid_map", f"{gid} {outer_gid} 1\n")


def become_user(uid: int, gid: int) -> None:
    """Turn into uid:gid for good. Raises OSError when we may not change the user at all."""
    libc = _libc()
    # PostgreSQL looks for itself with access(2), which forgets a capability unless this bit is set
    if libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0) != 0:
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    bit = 1 << CAP_DAC_OVERRIDE
    # effective, permitted, inheritable, twice; every other capability goes
    wanted = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    if libc.capset(header, wanted) == 0:
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def main(arguments: list[str]) -> None:
    parent, signal, identity, *program = arguments
    kind, _, rest = identity.partition(":")
    if kind != "same":
        uid, gid = (int(part) for part in rest.split(":"))
        (enter_namespace if kind == "namespace" else become_user)(uid, gid)
    if sys.platform == "linux":
        # last: a change of credentials clears it
        _libc().prctl(PR_SET_PDEATHSIG, int(signal), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit("the parent is gone already")
    os.execv(program[0], program)  # noqa: S606 - becoming that program is the point


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except OSError as error:
        sys.exit(f"{sys.argv[4] if len(sys.argv) > 4 else 'launch'}: {error}")
