"""A module as the host keeps it: `module.toml`, its matters, and the canonical JSON that a release is stored as."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from backend.sdk.convert import convert
from backend.sdk.files import SourceFile, read_folder
from backend.sdk.findings import Finding, has_errors
from backend.sdk.matter import (
    Booking,
    Component,
    Contact,
    Eligibility,
    Fact,
    Fee,
    Field,
    Flow,
    Level,
    Limits,
    Line,
    Material,
    Matter,
    Office,
    Option,
    Output,
    Payment,
    Pending,
    Place,
    Question,
    Region,
    Reminder,
    Result,
    Shape,
    Short,
    Slot,
    Slug,
    Step,
    Term,
)

__all__ = [
    "Booking",
    "Breaker",
    "Bundle",
    "Component",
    "Connector",
    "Contact",
    "Department",
    "Eligibility",
    "Fact",
    "Fee",
    "Field",
    "Finding",
    "Flow",
    "Level",
    "Limits",
    "Material",
    "Matter",
    "Module",
    "Office",
    "Option",
    "Origin",
    "Output",
    "Payment",
    "Place",
    "Question",
    "Reminder",
    "Result",
    "Slot",
    "Step",
    "Term",
    "bundle_from_json",
    "bundle_to_json",
    "load_folder",
]


class Department(Shape, frozen=True, kw_only=True):
    """Who answers for the module. `code` is the 18-character 统一社会信用代码 when it is known."""

    name: Line
    code: Short | None = None


class Breaker(Shape, frozen=True, kw_only=True):
    """After `failures` failed calls in a row the door stays shut for `reset_s` seconds."""

    failures: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 5
    reset_s: Annotated[int, msgspec.Meta(ge=1, le=3600)] = 30


class Connector(Shape, frozen=True, kw_only=True):
    """The department's own system. `url` is the declared address; settings may point elsewhere, secrets never here."""

    url: Annotated[str, msgspec.Meta(pattern=r"^https://[a-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$", max_length=300)]
    sign: Literal["ed25519", "sm2"] = "ed25519"
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=30)] = 5.0
    breaker: Breaker = Breaker()


class Origin(Shape, frozen=True, kw_only=True):
    """The module that this one was adopted from. `digest` is `sdk.adopt.digest` of that version; `changed` says that
    more than the local keys differs from it."""

    module: Slug
    version: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}(\+local\.[0-9a-f]{8})?$")]
    digest: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    changed: bool = False


class Module(Shape, frozen=True, kw_only=True):
    """`module.toml`. `fields` lists what the module may learn of the citizen; nothing else is handed over."""

    schema: Literal[1] = 1
    id: Slug
    name: Line
    version: Annotated[str, msgspec.Meta(pattern=r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")]
    platform: Annotated[str, msgspec.Meta(pattern=r"^[<>=0-9., ]+$")] = ">=1,<2"
    department: Department
    regions: list[Region]
    owners: list[Slug] = []
    fields: list[Short] = []
    contact: Contact
    connector: Connector | None = None
    summary: Short = ""
    notice: Short | None = None
    origin: Origin | None = None
    pending: list[Pending] = []


class Bundle(Shape, frozen=True, kw_only=True):
    """A module with all its matters, in the order of its files."""

    module: Module
    matters: list[Matter]

    def matter(self, code: str) -> Matter | None:
        """The matter of that code, or None."""
        return next((matter for matter in self.matters if matter.code == code), None)


_decoder = msgspec.json.Decoder(Bundle)


def bundle_to_json(bundle: Bundle) -> bytes:
    """Canonical JSON: keys sorted, defaults left out, no spaces. Equal bundles give equal bytes (for a digest)."""
    return msgspec.json.encode(bundle, order="sorted")


def bundle_from_json(data: bytes) -> Bundle:
    """The bundle that `bundle_to_json` wrote. Raises msgspec.ValidationError for anything else."""
    return _decoder.decode(data)


def load_folder(path: Path | str) -> tuple[Bundle | None, list[Finding]]:
    """Read a module folder; every structural fault is a finding. The bundle is None when one of them is an error.

    This is the shape only; `backend.sdk.check.check_folder` adds the rules on content.
    """
    bundle, findings, _ = load_sources(path)
    return bundle, findings


def load_sources(path: Path | str) -> tuple[Bundle | None, list[Finding], dict[str, tuple[SourceFile, str]]]:
    """As `load_folder`, and where each part was read: `""` for the module, a matter's code for a matter.

    The second of the pair is the path inside the file (`matters.12` in a file with many).
    """
    folder, findings = read_folder(Path(path))
    where: dict[str, tuple[SourceFile, str]] = {}
    module: Module | None = None
    matters: list[Matter] = []
    for source in folder:
        if source.name == "module.toml":
            module = convert(source.data, Module, source, "", findings)
            where[""] = (source, "")
            continue
        many = "matters" in source.data
        rows = source.data.get("matters") if many else [source.data]
        if many and set(source.data) != {"matters"}:
            findings.append(
                source.finding("error", "manifest.mixed", "", "一个文件里只能写 [[matters]]，或只写一个事项")
            )
        if not isinstance(rows, list):
            findings.append(source.finding("error", "manifest.type", "matters", "matters 要写成 [[matters]] 表数组"))
            continue
        for index, row in enumerate(rows):
            at = f"matters.{index}" if many else ""
            matter = convert(row, Matter, source, at, findings)
            if matter is None:
                continue
            if matter.code in where:
                first = where[matter.code][0].name
                message = f"事项代码 {matter.code} 重复，另一处在 {first}"
                findings.append(source.finding("error", "manifest.duplicate", f"{at}.code".strip("."), message))
                continue
            where[matter.code] = (source, at)
            matters.append(matter)
    if module is None or has_errors(findings):
        return None, findings, where
    return Bundle(module=module, matters=matters), findings, where
