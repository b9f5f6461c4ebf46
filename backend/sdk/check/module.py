"""Rules on the module as a whole: its name, regions, declared data, connector, and what each kind of matter needs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backend.sdk import adopt
from backend.sdk.check.context import Context
from backend.sdk.codes import covers, region_codes, theme_ids
from backend.sdk.findings import Finding
from backend.sdk.manifest import Matter
from backend.sdk.numbers import check_uscc

PLATFORM = (1, 0, 0)  # the format of modules and the bridge that this host speaks
_bound = re.compile(r"\s*(>=|<=|==|=|>|<)?\s*([0-9]{1,4}(?:\.[0-9]{1,4}){0,2})\s*")
PROFILE = frozenset({"name", "id_number", "phone", "gender", "birth_date", "age", "region", "address", "level"})
COMPANY = frozenset({"company.name", "company.uscc", "company.legal_person"})


def folder_is_named_after_the_module(context: Context) -> Iterator[Finding]:
    if context.root.name != context.module.id:
        message = f"文件夹名 {context.root.name} 和模块 id {context.module.id} 不一样"
        yield context.error(None, "id", "module.folder", message, "改成一样的名字")


def module_has_matters(context: Context) -> Iterator[Finding]:
    if not context.matters:
        yield context.error(None, "", "module.empty", "模块里没有事项", "在 matters/ 下至少放一个事项")


def version_grows(context: Context) -> Iterator[Finding]:
    if context.live is None:
        return
    new, old = ([int(part) for part in text.split(".")] for text in (context.module.version, context.live))
    if new <= old:
        message = f"版本 {context.module.version} 不高于线上的 {context.live}"
        yield context.error(None, "version", "module.version", message, "内容有变就升版本号，已发布的版本不能改")


def platform_is_this_one(context: Context) -> Iterator[Finding]:
    for part in context.module.platform.split(","):
        bound = _bound.fullmatch(part)
        if bound is None:
            message = f"看不懂的平台版本：{part.strip() or context.module.platform}"
            yield context.error(None, "platform", "module.platform", message, '写成 platform = ">=1,<2"')
        elif not _holds(bound[1] or "==", bound[2]):
            message = f"这个平台是 {'.'.join(map(str, PLATFORM))}，不在 {context.module.platform} 之内"
            yield context.error(None, "platform", "module.platform", message, "核对模块是为哪个平台写的，改 platform")


def _holds(sign: str, version: str) -> bool:
    """Whether this platform is on that side of a version; missing parts are zero, and `==1` means any 1."""
    parts = [int(part) for part in version.split(".")]
    if sign in ("==", "="):
        return list(PLATFORM[: len(parts)]) == parts
    there = tuple(parts + [0] * (3 - len(parts)))
    return {">=": there <= PLATFORM, ">": there < PLATFORM, "<=": there >= PLATFORM, "<": there > PLATFORM}[sign]


def module_names_its_regions(context: Context) -> Iterator[Finding]:
    if not context.module.regions:
        yield context.error(None, "regions", "module.regions", "没有写适用地区", "写地区代码，省代码表示全省")


def regions_of_the_module_exist(context: Context) -> Iterator[Finding]:
    for code in context.module.regions:
        if code not in region_codes():
            yield context.error(None, "regions", "module.region", f"没有这个地区：{code}", "用 GB/T 2260 六位代码")


def regions_of_a_matter_are_the_modules(context: Context) -> Iterator[Finding]:
    known, mine = region_codes(), context.module.regions
    for matter in context.matters:
        places = [("regions", code) for code in matter.regions or []]
        places += [(f"places.{i}.region", place.region) for i, place in enumerate(matter.places) if place.region]
        offices = matter.booking.offices if matter.booking else []
        places += [("booking.offices", office.region) for office in offices]
        for path, code in places:
            if code not in known:
                yield context.error(matter, path, "matter.region", f"没有这个地区：{code}", "用 GB/T 2260 六位代码")
            elif not any(covers(area, code) for area in mine):
                message = f"地区 {code} 不在模块的适用地区里"
                yield context.error(matter, path, "matter.region", message, "改地区，或在 module.toml 里加上")


def themes_exist(context: Context) -> Iterator[Finding]:
    known = theme_ids()
    for matter in context.matters:
        if not matter.themes and matter.kind != "link":
            yield context.warning(matter, "", "matter.theme", "没有主题分类", "写 themes，代码见 themes.json")
        for theme in matter.themes:
            if theme not in known:
                mend = "代码是主题名称的拼音，例如 zhu-fang-bao-zhang，见 themes.json"
                yield context.error(matter, "themes", "matter.theme", f"没有这个主题：{theme}", mend)
            elif not known[theme] & set(matter.audience):
                message = f"主题 {theme} 不适用于这个事项的服务对象"
                yield context.error(matter, "themes", "matter.theme", message, "换主题，或改 audience")


def declared_fields_are_known(context: Context) -> Iterator[Finding]:
    for name in context.module.fields:
        if name not in PROFILE | COMPANY:
            mend = "可用：" + "、".join(sorted(PROFILE | COMPANY))
            yield context.error(None, "fields", "module.field", f"平台没有 {name} 这项信息", mend)


def department_code_is_right(context: Context) -> Iterator[Finding]:
    code = context.module.department.code
    if code is not None and check_uscc(code):
        yield context.warning(None, "department", "module.department_code", f"部门代码 {code} 校验不通过", "核对后再填")


def connector_serves_a_matter(context: Context) -> Iterator[Finding]:
    asks = [matter for matter in context.matters if matter.kind in {"query", "pay"} or matter.decider == "department"]
    if context.module.connector is None:
        for matter in asks:
            mend = "在 module.toml 里写 [connector]"
            yield context.error(matter, "", "module.connector", "要由部门系统答复，模块却没有连接部门系统", mend)
    elif not asks:
        yield context.warning(None, "connector", "module.connector", "没有事项用到部门系统", "删去 [connector]")


def origin_is_what_it_says(context: Context) -> Iterator[Finding]:
    origin = context.module.origin
    if origin is None:
        return
    if origin.module == context.module.id:
        message = "模块不能采用自己"
        yield context.error(None, "origin", "module.origin", message, "删去 [origin]，或改模块 id")
        return
    same = adopt.digest(context.bundle) == origin.digest
    named = f"{origin.module}@{origin.version}"
    if not same and not origin.changed:
        message = f"写着采用自 {named}，共同的部分却和它不一样"
        mend = "用 modules adopt --status 看哪里不同；改回去，或在 [origin] 里写 changed = true"
        yield context.error(None, "origin", "module.origin", message, mend)
    elif same and origin.changed:
        message = f"写着 changed = true，和 {named} 却没有不同"
        yield context.warning(None, "origin", "module.origin", message, "删去 changed")


def matter_has_audience(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        if not matter.audience or len(set(matter.audience)) != len(matter.audience):
            yield context.error(
                matter, "audience", "matter.audience", "服务对象没有写或重复", '写 ["person"] 或 ["company"]'
            )


def kind_has_its_parts(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for path, message, mend in _missing(matter):
            yield context.error(matter, path, "matter.kind", message, mend)


def _missing(matter: Matter) -> Iterator[tuple[str, str, str]]:
    kind = matter.kind
    for name, part in (("booking", "book"), ("query", "query"), ("payment", "pay")):
        if getattr(matter, name) is not None and kind != part:
            yield name, f"kind 是 {kind}，不该有 [{name}]", f"删去，或把 kind 改成 {part}"
        if getattr(matter, name) is None and kind == part:
            yield "kind", f"kind 是 {kind}，缺少 [{name}]", f"补上 [{name}]"
    if kind == "apply" and not matter.fields:
        yield "kind", "可以申请的事项没有表单", "补上 [[fields]]，或把 kind 改成 link"
    if kind == "certificate" and (matter.result is None or matter.result.license is None):
        yield "result", "认证类事项要说明出具什么", "在 [result] 里写 license"
    if kind == "link" and (matter.fields or matter.flow.auto_decide or matter.flow.auto_accept):
        yield "fields", "只作链接的事项不能有表单和自动办理", "删去，或把 kind 改成 apply"
    if matter.payment and matter.payment.notice_field not in {field.name for field in matter.fields}:
        yield "payment.notice_field", f"表单里没有 {matter.payment.notice_field}", "写表单里存缴款码的那一项"
    if kind in {"book", "certificate"} and matter.level == "none":
        yield "level", "预约和认证要先登录", "level 至少写 login"
    if kind == "apply" and matter.level == "none":
        yield "level", "申请要知道是谁在办", "level 至少写 login"


def hooks_are_python(context: Context) -> Iterator[Finding]:
    fault = _hooks(context)
    if isinstance(fault, str):
        yield Finding(
            severity="error",
            code="hooks.syntax",
            file="hooks.py",
            message=f"不是有效的 Python：{fault}",
            mend="在本机运行一次，改到没有语法错误",
        )


def _hooks(context: Context) -> ast.Module | str | None:
    """The parsed hooks, what is wrong with them, or None when there are none."""
    path = context.root / "hooks.py"
    if not path.is_file():
        return None
    try:
        return ast.parse(path.read_text("utf-8"))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return str(error) or "嵌套太深"


def hooks_import_only_the_sdk(context: Context) -> Iterator[Finding]:
    tree = _hooks(context)
    if not isinstance(tree, ast.Module):
        return
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [("." * node.level) + (node.module or "")]
        for name in names:
            if name != "backend.sdk" and not name.startswith("backend.sdk.") and name != "__future__":
                yield Finding(
                    severity="error",
                    code="hooks.import",
                    file="hooks.py",
                    line=getattr(node, "lineno", None),
                    message=f"hooks.py 不能导入 {name}",
                    mend="只能导入 backend.sdk",
                )
