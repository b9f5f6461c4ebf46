"""Ports for an instance: so many free ones in a row."""

from __future__ import annotations

import random
import socket


def free_ports(count: int) -> int:
    """The first of `count` neighbouring ports that nobody listens on."""
    for _ in range(200):
        first = random.randrange(20_000, 30_000)
        held: list[socket.socket] = []
        try:
            for port in range(first, first + count):
                listener = socket.socket()
                listener.bind(("127.0.0.1", port))
                held.append(listener)
        except OSError:
            continue
        else:
            return first
        finally:
            for listener in held:
                listener.close()
    raise RuntimeError("no free ports in a row")
