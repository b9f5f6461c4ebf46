"""What upper floors hand down to lower ones, in one place. A lower floor never imports an upper one."""

from __future__ import annotations

from backend.identity import service as identity
from push import ports as push


def configure() -> None:
    """Give each slice the functions it needs from above. Called once a process, before anything is served."""
    push.configure(push.Ports(addresses=identity.addresses, citizen_of_openid=identity.citizen_of_openid))
