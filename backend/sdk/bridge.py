"""The bridge between a team's own page and the platform's page around it: messages, their versions and bounds.

`h5/src/pages/own/bridge.ts` is the platform's half of it; a test holds both against each other. A page sends
`{v, id, kind, body}` over the port that it was handed and gets `{v, id, ok, body}` or `{v, id, ok: false, error}`.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

VERSION = 1
MAX_MESSAGE = 16 * 1024
"""Characters of a message as JSON."""

Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
MatterId = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,63}\.[a-z][a-z0-9_]{0,63}$")]


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """A message that says all with its kind."""


class CallBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A query of the page's own module: the code of a `query` matter and its form."""

    matter: Code
    params: dict[str, Any] = {}


class OpenBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The guide of any matter on the platform."""

    matter: MatterId


class OwnBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A matter of the page's own module, by its code."""

    matter: Code


KINDS: dict[str, type[msgspec.Struct]] = {
    "style": Nothing,
    "who": Nothing,
    "call": CallBody,
    "open": OpenBody,
    "apply": OwnBody,
    "pay": OwnBody,
    "licence": Nothing,
    "close": Nothing,
}
"""What a page may say, with the shape of its body."""
