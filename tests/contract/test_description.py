"""`/openapi.json` against the program: schemathesis invents requests, good and bad, for every operation."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from tests.journeys.town import Client, Town

CONFIG = Path(__file__).with_name("schemathesis.toml")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
EXAMPLES = 12
SEED = 20260101
ENDING = "^/(api|staff)/v1/(session$|me/devices/)"  # ends the session that the rest of the run needs


async def _run(town: Town, folder: Path, *options: str, address: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(Path(sys.executable).with_name("schemathesis"), "--config-file", CONFIG, "run", f"{town.url}/openapi.json"),
        *("--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES)),
        *("--seed", str(SEED), "--workers", "1", "--no-shrink", "--suppress-health-check", "all"),
        *("--warnings", "off", "--request-timeout", "20", "--header", f"X-Forwarded-For:{address}"),
        *("--generation-database", "none", "--continue-on-failure"),
        *options,
        cwd=folder,  # it keeps what it tried beside itself
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()[-12_000:]


@pytest.mark.timeout(150)
async def test_what_a_citizen_may_ask_is_answered_as_described(town: Town, tmp_path: Path) -> None:
    who = await town.citizen()
    await _run(
        town,
        tmp_path,
        *("--header", f"Authorization:Bearer {who.token}"),
        *("--exclude-path-regex", f"^/staff/|{ENDING}"),
        address=who.address,
    )


@pytest.mark.timeout(150)
async def test_what_staff_may_ask_is_answered_as_described(town: Town, handler: Client, tmp_path: Path) -> None:
    await _run(
        town,
        tmp_path,
        *("--header", f"Authorization:Bearer {handler.token}"),
        *("--include-path-regex", "^/staff/", "--exclude-path-regex", ENDING),
        address=handler.address,
    )


@pytest.mark.timeout(150)
async def test_what_ends_a_session_is_answered_as_described(town: Town, tmp_path: Path) -> None:
    await _run(town, tmp_path, "--include-path-regex", ENDING, address=town.client().address)
