"""The first files of a module: small, complete, and accepted by the checker as they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from backend.sdk.codes import region_codes

Size = Literal["link", "form", "connected"]
SIZES: tuple[Size, ...] = ("link", "form", "connected")
_ID = re.compile(r"^[a-z][a-z0-9_]{0,63}$")


class ScaffoldRefused(ValueError):
    """The message says in Chinese what to give instead."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a new module is called and where it holds."""

    id: str
    name: str
    department: str
    region: str
    team: str
    size: Size


def write(folder: Path, plan: Plan) -> list[str]:
    """Make the folder; the names of what was written. Raises ScaffoldRefused, and then nothing was written."""
    for what, value in (("模块 id（文件夹名）", plan.id), ("团队名", plan.team)):
        if not _ID.fullmatch(value):
            raise ScaffoldRefused(f"{what}只能用小写字母、数字和下划线，以字母开头：{value}")
    if plan.region not in region_codes():
        raise ScaffoldRefused(f"没有这个地区：{plan.region}，用 GB/T 2260 六位代码，例如成都 510100")
    for what, value in (("名称", plan.name), ("部门", plan.department)):
        if not value.strip() or not value.isprintable() or len(value) > 100 or set('"\\<>') & set(value):
            raise ScaffoldRefused(f"{what}要写 1 到 100 个普通文字")
    if folder.exists() and any(folder.iterdir() if folder.is_dir() else [folder]):
        raise ScaffoldRefused(f"{folder} 已经存在，而且不是空的")
    files = _files(plan)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return sorted(files)


def _files(plan: Plan) -> dict[str, str]:
    module = _MODULE.format(
        id=plan.id,
        name=plan.name,
        department=plan.department,
        region=plan.region,
        team=plan.team,
        fields='["name", "id_number", "phone"]' if plan.size == "form" else '["name", "id_number"]',
    )
    if plan.size == "link":
        text = module.replace('fields = ["name", "id_number"]\n', "fields = []\n")
        return {"module.toml": text, "matters.toml": _LINK}
    if plan.size == "form":
        return {"module.toml": module, "matters/apply.toml": _FORM}
    return {
        "module.toml": module + _CONNECTOR.format(host=plan.id.replace("_", "-")),
        "matters/record_query.toml": _QUERY,
    }


_MODULE = """\
# 每个键的意思见 docs/modules/reference.md；改完运行 modules check。
schema = 1
id = "{id}"
name = "{name}"
version = "0.1.0"
platform = ">=1,<2"
department = {{ name = "{department}" }}
regions = ["{region}"]
owners = ["{team}"]
# 要用到办事人的哪些信息；没写的一概拿不到。
fields = {fields}
contact = {{ complaint = "12345" }}
"""

_CONNECTOR = """
# 部门自己的系统。密钥写在环境设置里，不写在这里。
[connector]
url = "https://{host}.example/tf"
sign = "ed25519"
timeout_s = 5
"""

_LINK = """\
# 只有指南和链接的事项，可以许多个写在一个文件里。
[[matters]]
code = "first_matter"
name = "第一个事项"
kind = "link"
audience = ["person"]
themes = ["qi-ta"]
keywords = ["群众会说的词"]
summary = "给谁办，办成什么。"
link = "https://www.sczwfw.gov.cn/"
conditions = [
  { text = "谁可以办。" },
]
basis = [
  { text = "依据的法规和条款。" },
]
uncertain = ["办理条件和依据，核实后写 source 和 verified = true"]
# 十个要素里还不知道的写进 pending，群众看到“待确认”；写明以后从这里删去。
pending = ["limit", "place"]

[matters.limits]
visits = 1

[matters.fee]
text = "不收费"
charged = false

[matters.result]
name = "办理结果"

[[matters.materials]]
code = "id_card"
name = "居民身份证"
how = "onsite"

[matters.flow]
steps = [
  { id = "apply", role = "applicant" },
  { id = "accept", role = "window" },
  { id = "decide", role = "reviewer" },
  { id = "deliver", role = "window" },
]
"""

_FORM = """\
code = "apply"
name = "第一个事项"
kind = "apply"
audience = ["person"]
level = "verified"
handling = "promised"
themes = ["qi-ta"]
keywords = ["群众会说的词"]
modes = ["online", "window"]
summary = "给谁办，办成什么。"
# 核实过的事实写 source 和 verified = true；没有写的，群众看到“待确认”。
conditions = [
  { text = "谁可以办。" },
]
basis = [
  { text = "依据的法规和条款。" },
]
uncertain = ["承诺时限", "办理条件和依据"]
# 十个要素里还不知道的写进 pending，群众看到“待确认”；写明以后从这里删去。
pending = ["limit", "place"]

[limits]
visits = 0

[fee]
text = "不收费"
charged = false

[result]
name = "办理结果通知书"

# 平台已经知道的用 prefill，不再问。
[[fields]]
name = "name"
title = "姓名"
type = "name"
required = true
prefill = "citizen.name"

[[fields]]
name = "id_number"
title = "身份证号码"
type = "id_number"
required = true
prefill = "citizen.id_number"

[[fields]]
name = "phone"
title = "联系电话"
type = "phone"
required = true
prefill = "citizen.phone"
readonly = false

[[fields]]
name = "reason"
title = "申请事由"
type = "textarea"
required = true
max_length = 300

[[materials]]
code = "statement"
name = "情况说明"
need = "optional"
formats = ["pdf", "jpg", "png"]

[flow]
steps = [
  { id = "apply", role = "applicant" },
  { id = "accept", role = "window" },
  { id = "decide", role = "reviewer" },
  { id = "deliver", role = "system" },
]
"""

_QUERY = """\
code = "record_query"
name = "我的记录查询"
kind = "query"
audience = ["person"]
level = "verified"
themes = ["qi-ta"]
keywords = ["查记录"]
modes = ["online"]
summary = "查询本人在本部门的记录。"
conditions = [
  { text = "只能查询本人的记录。" },
]
basis = [
  { text = "依据的法规和条款。" },
]
uncertain = ["设定依据"]

[limits]
visits = 0

[fee]
text = "不收费"
charged = false

[result]
name = "查询结果"

[query]
shows = ["编号", "日期", "状态"]
empty = "没有查到您的记录"

[[fields]]
name = "year"
title = "年份"
type = "int"
min = 2000
max = 2100

[flow]
steps = [
  { id = "apply", role = "applicant" },
  { id = "accept", role = "system" },
  { id = "decide", role = "department" },
  { id = "deliver", role = "system" },
]
"""
