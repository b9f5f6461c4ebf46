"""Ends every child of a supervisor that died without doing so itself.

Run as a file by a bare interpreter, standard library only:

    python -I -S guardian.py < pipe

The supervisor holds the other end of the pipe and writes `+PID SIGNAL` when a child starts, `-PID` when it ended and
`bye` before a clean exit. Each child leads its own process group, so its children go with it. At the end of the pipe
without `bye` everyone still alive gets the signal, and `kill -9` after PATIENCE seconds.
"""

import os
import signal
import sys
import time

PATIENCE = 6.0


def _tell(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        return number == 0
    return True


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    groups: dict[int, int] = {}
    for line in sys.stdin:
        word = line.strip()
        if word == "bye":
            return
        if word.startswith("+"):
            pid, number = word[1:].split()
            groups[int(pid)] = int(number)
        elif word.startswith("-"):
            groups.pop(int(word[1:]), None)

    for group, told in groups.items():
        _tell(group, told)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        groups = {group: told for group, told in groups.items() if _tell(group, 0)}
        if not groups:
            return
        time.sleep(0.05)
    for group in groups:
        _tell(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
