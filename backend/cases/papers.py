"""Materials of a case: what must be there, whether each file may stand for it, and taking files into the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from backend.cases.errors import MaterialsInvalid
from backend.cases.files import FORMATS
from backend.cases.knowledge import Wallet
from backend.cases.rows import MaterialRow
from backend.cases.schemas import MaterialGiven
from backend.core import db
from backend.core.errors import FieldProblem
from backend.sdk.manifest import Material, Matter
from backend.sdk.rules import Rule


@dataclass(frozen=True, slots=True)
class _File:
    id: UUID
    name: str
    size: int
    kind: str
    sha256: str | None
    state: str
    case_id: UUID | None


def _problem(index: int | None, code: str, message: str) -> FieldProblem:
    return FieldProblem(field="materials" if index is None else f"materials.{index}", code=code, message=message)


def _wanted(material: Material, form: dict[str, Any], shows: dict[str, Rule]) -> bool:
    rule = shows.get(material.code)
    return rule is None or rule.holds({"form": form})


async def take(
    matter: Matter,
    shows: dict[str, Rule],
    form: dict[str, Any],
    given: Sequence[MaterialGiven],
    *,
    citizen_id: UUID,
    case_id: UUID,
    uploader: UUID,
    wallet: Wallet,
    round_: int = 1,
    only: set[str] | None = None,
) -> list[MaterialRow]:
    """Check all materials and claim the uploads for the case, in the caller's transaction.

    `shows` are the compiled conditions by material code. `only` (a supplement): the codes that must be there. A
    `uploader` sent the files: the citizen, or who acts for them; with the case they become the citizen's. A
    required material with a licence source is taken from the wallet when nothing is given (免提交). Raises
    MaterialsInvalid with one entry for each fault.
    """
    known = {material.code: material for material in matter.materials}
    faults: list[FieldProblem] = []
    files = await _files([item.upload for item in given if item.upload], uploader)
    taken: list[MaterialRow] = []
    claimed: list[UUID] = []
    counts: dict[str, int] = {}
    for index, item in enumerate(given):
        material = known.get(item.code)
        if material is None or material.how == "generated":
            faults.append(_problem(index, "unknown_material", "这个事项没有这项材料"))
            continue
        if (item.upload is None) == (item.license is None):
            faults.append(_problem(index, "material_empty", f"“{material.name}”要给出一个文件或一个证照"))
            continue
        counts[item.code] = counts.get(item.code, 0) + 1
        if counts[item.code] > material.max_files:
            faults.append(_problem(index, "too_many_files", f"“{material.name}”最多{material.max_files}个文件"))
        elif item.license is not None:
            row = _license(material, item.license, wallet, round_)
            if row is None:
                faults.append(_problem(index, "license_unusable", f"您的证照夹里没有可用于“{material.name}”的有效证照"))
            else:
                taken.append(row)
        else:
            file = files.get(item.upload or "")
            fault = _file_fault(material, file, claimed)
            if fault is not None or file is None:
                faults.append(_problem(index, "file_unusable", fault or "没有找到这个文件，请重新上传"))
            else:
                claimed.append(file.id)
                taken.append(_row(material, file, round_))
    faults += _complete(matter, shows, form, counts, wallet, taken, round_, only)
    if faults:
        raise MaterialsInvalid(faults[0].message, errors=faults)
    if claimed:
        count = await db.execute(
            "UPDATE cases_upload SET case_id = $1, citizen_id = $3 WHERE id = ANY($2::uuid[]) AND case_id IS NULL",
            case_id,
            claimed,
            citizen_id,
        )
        if count != len(claimed):  # another submission of the same citizen was quicker
            raise MaterialsInvalid("有文件已经用于另一个办件，请重新上传")
    return taken


def lacking(
    matter: Matter, shows: dict[str, Rule], form: dict[str, Any], counts: dict[str, int], wallet: Wallet
) -> list[FieldProblem]:
    """What a matter requires and is not among what was given (`counts` by material code)."""
    return _complete(matter, shows, form, counts, wallet, [], 1, None)


def _complete(
    matter: Matter,
    shows: dict[str, Rule],
    form: dict[str, Any],
    counts: dict[str, int],
    wallet: Wallet,
    taken: list[MaterialRow],
    round_: int,
    only: set[str] | None,
) -> list[FieldProblem]:
    """What is required and was not given; the wallet fills in where it can."""
    faults: list[FieldProblem] = []
    for material in matter.materials:
        if counts.get(material.code) or material.how != "upload":
            continue
        if only is None:
            # a paper that a department holds is fetched by the office that handles the case (国务院令第716号 art. 7)
            spared = material.need != "required" or material.source == "department"
            if spared and material.license is None:
                continue
            if not _wanted(material, form, shows):
                continue
        elif material.code not in only:
            continue
        if material.license is not None:
            held = wallet.get(material.license)
            if held is not None:
                taken.append(_from_wallet(material, held, round_))
                continue
        if only is not None or material.need == "required":
            faults.append(_problem(None, "material_missing", f"还缺“{material.name}”"))
    return faults


async def _files(ids: list[str], citizen_id: UUID) -> dict[str, _File]:
    """My uploads among these, locked, by the text that the client sent."""
    wanted: dict[str, UUID] = {}
    for text in ids:
        try:
            wanted[text] = UUID(text)
        except ValueError:
            continue
    if not wanted:
        return {}
    rows = await db.fetch(
        "SELECT id, name, size, coalesce(kind, '') AS kind, sha256, state, case_id FROM cases_upload"
        " WHERE id = ANY($1::uuid[]) AND citizen_id = $2 ORDER BY id FOR UPDATE",
        list(wanted.values()),
        citizen_id,
    )
    found = {row["id"]: _File(*row.values()) for row in rows}
    return {text: found[key] for text, key in wanted.items() if key in found}


def _file_fault(material: Material, file: _File | None, claimed: list[UUID]) -> str | None:
    if file is None:
        return "没有找到这个文件，请重新上传"
    if file.state != "complete":
        return f"“{file.name}”还没有传完，或没有通过检查"
    if file.case_id is not None or file.id in claimed:
        return f"“{file.name}”已经用过了，请另外上传"
    allowed: list[str] = [*material.formats] or [*FORMATS]
    if file.kind not in allowed:
        return f"“{material.name}”只收{'、'.join(allowed)}，“{file.name}”是{file.kind}"
    if file.size > material.max_mb * 1024 * 1024:
        return f"“{file.name}”超过了{material.max_mb}MB"
    return None


def _row(material: Material, file: _File, round_: int) -> MaterialRow:
    return MaterialRow(material.code, material.name, file.id, None, file.name, file.size, file.sha256, round_)


def _from_wallet(material: Material, license_id: str, round_: int) -> MaterialRow:
    return MaterialRow(material.code, material.name, None, license_id, None, None, None, round_)


def _license(material: Material, license_id: str, wallet: Wallet, round_: int) -> MaterialRow | None:
    """A licence that the citizen named: it must be theirs, valid and of the material's type."""
    if material.license is None or wallet.get(material.license) != license_id:
        return None
    return _from_wallet(material, license_id, round_)
