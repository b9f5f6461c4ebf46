"""Rules on the papers that a matter asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from backend.sdk.check.context import Context
from backend.sdk.findings import Finding
from backend.sdk.manifest import Material, Matter


def _materials(context: Context) -> Iterator[tuple[Matter, str, Material]]:
    for matter in context.matters:
        for index, material in enumerate(matter.materials):
            yield matter, f"materials.{index}", material


def materials_have_codes_of_their_own(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for code, count in Counter(material.code for material in matter.materials).items():
            if count > 1:
                yield context.error(
                    matter, "materials", "material.duplicate", f"材料代码 {code} 重复", "每份材料一个代码"
                )


def uploads_name_their_formats(context: Context) -> Iterator[Finding]:
    for matter, path, material in _materials(context):
        if material.how == "upload" and not material.formats:
            yield context.error(matter, path, "material.formats", f"{material.name} 没有写文件格式", "补上 formats")


def departments_papers_are_shared_first(context: Context) -> Iterator[Finding]:
    for matter, path, material in _materials(context):
        if material.source == "department" and not material.shared_by:
            message = f"{material.name} 由部门核发，却没有写从哪里共享"
            mend = "写 shared_by；取得到的不得再要申请人提交（在线政务服务若干规定第7条）"
            yield context.error(matter, path, "material.sharing", message, mend)


def blank_forms_come_with_a_specimen(context: Context) -> Iterator[Finding]:
    for matter, path, material in _materials(context):
        if (material.blank_form is None) != (material.specimen is None):
            yield context.error(matter, path, "material.forms", f"{material.name} 的空白表和样表要成对", "两个都给")


def forms_of_materials_are_in_the_folder(context: Context) -> Iterator[Finding]:
    for matter, path, material in _materials(context):
        for name in (material.blank_form, material.specimen):
            if name and not _inside(context, name):
                mend = "放进文件夹，写相对路径"
                yield context.error(matter, path, "material.file", f"模块里没有文件 {name}", mend)


def _inside(context: Context, name: str) -> bool:
    try:
        path = (context.root / name).resolve()
        return path.is_relative_to(context.root.resolve()) and path.is_file()
    except (OSError, ValueError):  # a name too long, or with a zero byte
        return False
