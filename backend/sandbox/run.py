"""`python -m backend sandbox`: the simulators on 127.0.0.1, for one machine only."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from backend.sandbox.app import create_app


def main() -> int:
    """Serve until stopped. TF_SANDBOX_PORT (8010), TF_PORT (8000), TF_DATA (.data); refuses outside local mode."""
    if os.environ.get("TF_MODE", "local") != "local":
        sys.exit("the simulators run in local mode only")
    port = int(os.environ.get("TF_SANDBOX_PORT") or 8010)
    app = create_app(Path(os.environ.get("TF_DATA") or ".data").resolve())
    app.run(host="127.0.0.1", port=port, single_process=True, access_log=False, motd=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
