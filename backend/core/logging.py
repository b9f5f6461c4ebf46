"""Structured logs: one JSON object a line on standard error, never with personal data.

`quiet` names are dropped by a processor even when somebody passes them by mistake.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

FORBIDDEN = frozenset(
    {
        "name",
        "id_number",
        "phone",
        "token",
        "password",
        "otp",
        "form",
        "body",
        "cert_no",
        "session_key",
        "address",
    }
)


def _without_personal_data(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    for key in FORBIDDEN.intersection(event):
        event[key] = "[removed]"
    return event


# Until a process configures itself (commands never do), lines go to standard error: standard output is for answers.
structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


def configure(process: str, level: int = logging.INFO) -> None:
    """Set up structlog and the standard library's logging for one process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_personal_data,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )


def get(name: str) -> structlog.typing.FilteringBoundLogger:
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(part=name)
    return logger
