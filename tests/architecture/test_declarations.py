"""What holds for every route, error, task and floor, whoever wrote it."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from backend import app, worker
from backend.core import http, openapi, tasks
from backend.core.errors import AppError
from backend.core.http import Endpoint
from backend.core.sessions import Level
from tools import reference

ROOT = Path(__file__).resolve().parents[2]
assert app.APIS
ENDPOINTS = list(http.ENDPOINTS)
SLICES = (
    "identity",
    "companies",
    "cases",
    "licenses",
    "ratings",
    "payments",
    "appointments",
    "modules",
    "official",
    "reminders",
    "campaigns",
    "bridge",
)
SESSIONLESS_STAFF = {
    "POST /staff/v1/sessions",
    "POST /staff/v1/enrolment",
    "POST /staff/v1/enrolment/confirm",
    "GET /publish/v1/generation",
}


def name(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {endpoint.path}"


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=name)
def test_a_route_says_what_it_does_who_may_and_what_it_answers(endpoint: Endpoint) -> None:
    assert endpoint.summary, "a route needs a sentence"
    assert endpoint.out is not None or endpoint.raw_out is not None or endpoint.status == 204
    if endpoint.path.startswith("/api/"):
        assert endpoint.audience in ("citizen", "public")
    if endpoint.path.startswith(("/staff/", "/publish/", "/operate/")) and name(endpoint) not in SESSIONLESS_STAFF:
        assert endpoint.audience == "staff"
    if endpoint.audience == "public":
        assert endpoint.level == Level.NONE


def test_no_two_routes_are_the_same() -> None:
    names = [name(endpoint) for endpoint in ENDPOINTS]
    assert len(names) == len(set(names))


def test_the_description_names_every_route_and_every_reference_in_it_resolves() -> None:
    document = openapi.document(ENDPOINTS)
    operations = sum(len(item) for item in document["paths"].values())
    assert operations == len(ENDPOINTS)
    used = set(re.findall(r"#/components/schemas/([A-Za-z0-9_]+)", str(document)))
    assert used <= set(document["components"]["schemas"])


@pytest.mark.parametrize("code", sorted(AppError.registry))
def test_an_error_has_a_dotted_code_a_status_and_a_chinese_sentence(code: str) -> None:
    error = AppError.registry[code]
    assert re.fullmatch(r"[a-z_]+\.[a-z_0-9]+", code)
    assert 400 <= error.status <= 599
    assert re.search(r"[\u4e00-\u9fff]", error.title)


def test_the_reference_pages_are_fresh() -> None:
    assert reference.stale() == [], "run python -m tools.reference"


def test_every_row_of_the_timetable_is_a_registered_task_with_a_sentence() -> None:
    assert worker.TIMETABLE
    for row in worker.TIMETABLE:
        assert tasks.registry[row.task.name] is row.task
        assert (row.task.run.__doc__ or "").strip(), row.task.name


def sources() -> list[Path]:
    found = [path for folder in ("backend", "push") for path in (ROOT / folder).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def test_nobody_reaches_for_another_slices_tables_through_its_models() -> None:
    wrong: list[str] = []
    for path in sources():
        relative = path.relative_to(ROOT)
        owner = relative.parts[1] if relative.parts[0] == "backend" else "push"
        for module in imports(path):
            for other in (*SLICES, "push"):
                models = f"backend.{other}.models" if other != "push" else "push.models"
                if other != owner and (module == models or module.startswith(models + ".")):
                    wrong.append(f"{relative}: {module}")
    assert wrong == []


WEB_FILES = {"endpoints.py", "callbacks.py", "http.py", "access.py", "intake.py", "problems.py"}
WEB_MODULES = {
    "backend/app.py",
    "backend/web.py",
    "backend/operation.py",
    "backend/pages.py",
    "backend/previewing.py",
    "backend/origin.py",
    "backend/identity/devices.py",
}


def test_only_the_edges_know_the_web_framework() -> None:
    wrong: list[str] = []
    for path in sources():
        relative = path.relative_to(ROOT).as_posix()
        if path.name in WEB_FILES or path.name.endswith("_endpoints.py") or relative in WEB_MODULES:
            continue
        if relative.startswith(
            ("backend/sandbox/", "backend/sdk/department/server", "backend/sdk/department/__main__", "backend/local/")
        ):
            continue
        if any(module == "sanic" or module.startswith("sanic.") for module in imports(path)):
            wrong.append(relative)
    assert wrong == []


def test_nothing_imports_the_modules_folder() -> None:
    assert [
        path for path in sources() if any(module.split(".")[0] == "matrix_modules" for module in imports(path))
    ] == []


def test_the_pages_are_built_from_the_description_as_it_is_now() -> None:
    kept = json.loads((ROOT / "h5" / "openapi.json").read_text(encoding="utf-8"))
    assert kept == json.loads(json.dumps(app.describe())), "run `npm run api` in h5/"
