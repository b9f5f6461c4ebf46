"""One web process. The supervisor hands over listening sockets by file descriptor, so that a killed process refuses
nobody: connections wait in the backlog until a sibling or its successor takes them."""

from __future__ import annotations

import os
import socket

from backend.core import logging, settings


def serve() -> int:
    """Serve until SIGTERM."""
    held = settings.current()
    metrics_folder = held.data / "metrics"
    metrics_folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(metrics_folder))
    logging.configure(os.environ.get("TF_PROCESS", "web"))

    from backend import origin
    from backend.app import create_app  # after PROMETHEUS_MULTIPROC_DIR: the metrics library reads it at import

    app = create_app(held)
    origin.serve_beside(app, held)
    fd = os.environ.get("TF_WEB_FD")
    if fd:
        listener = socket.socket(fileno=int(fd))
        listener.setblocking(False)
        app.run(sock=listener, single_process=True, access_log=False, motd=False, debug=False)
    else:
        app.run(host="127.0.0.1", port=held.http.port, single_process=True, access_log=False, motd=False, debug=False)
    return 0
