"""Matters and folders that the tests of this package build."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from backend.sdk.manifest import Field, Matter, Option

MODULE = """\
schema = 1
id = "sample_owner"
name = "示例部门"
version = "1.0.0"
platform = ">=1,<2"
department = { name = "示例部门" }
regions = ["510100"]
owners = ["sample_team"]
fields = ["name", "id_number", "phone", "age"]
contact = { complaint = "12345" }
"""

MATTER = """\
code = "sample"
name = "示例事项"
kind = "apply"
audience = ["person"]
level = "verified"
handling = "promised"
themes = ["zhu-fang-bao-zhang"]
keywords = ["示例"]
modes = ["online"]
summary = "给谁办，办成什么。"
conditions = [
  { text = "在成都居住。", source = "示例办法 第1条", verified = true },
]
basis = [
  { text = "示例办法", source = "示例办法", verified = true },
]

[limits]
promise = { days = 3, unit = "workday" }
legal = { days = 20, unit = "workday", source = "行政许可法 第42条", verified = true }
visits = 0

[fee]
text = "不收费"
charged = false

[result]
name = "示例证书"
license = "sample_license"
valid_days = 365

[[fields]]
name = "name"
title = "姓名"
type = "name"
required = true
prefill = "citizen.name"

[[fields]]
name = "kind"
title = "类型"
type = "select"
required = true
options = [
  { value = "a", label = "甲" },
  { value = "b", label = "乙" },
]

[[fields]]
name = "amount"
title = "金额（元）"
type = "money"
show_if = "form.kind == 'a'"

[[materials]]
code = "proof"
name = "收入证明"
formats = ["pdf"]

[flow]
steps = [
  { id = "apply", role = "applicant" },
  { id = "accept", role = "window", days = 1 },
  { id = "decide", role = "reviewer", days = 2 },
  { id = "deliver", role = "system" },
]
"""


# A fee without its basis: one fault, for tests of how faults are told.
CHARGED = MATTER.replace('text = "不收费"\ncharged = false', 'text = "按标准交费"\ncharged = true')


def folder(root: Path, *, module: str = MODULE, matter: str | None = MATTER, name: str = "sample_owner") -> Path:
    """A module folder that passes the checker unless a part is replaced."""
    path = root / name
    (path / "matters").mkdir(parents=True)
    (path / "module.toml").write_text(module, "utf-8")
    if matter is not None:
        (path / "matters" / "sample.toml").write_text(matter, "utf-8")
    return path


def options(*values: str) -> list[Option]:
    return [Option(value=value, label=f"选项{value}") for value in values]


def matter(*fields: Field, **more: Any) -> Matter:
    return Matter(code="sample", name="示例事项", kind="apply", audience=["person"], fields=list(fields), **more)


def full_matter() -> Matter:
    """One field of every type, with groups, lists and conditions."""
    return matter(
        Field(name="name", title="姓名", type="name", required=True, prefill="citizen.name"),
        Field(name="id_number", title="身份证号码", type="id_number", required=True, prefill="citizen.id_number"),
        Field(name="phone", title="联系电话", type="phone", required=True, prefill="citizen.phone", readonly=False),
        Field(name="note", title="说明", type="textarea"),
        Field(name="title", title="题目", type="text", min_length=2, max_length=20),
        Field(name="code", title="编号", type="text", pattern="^[A-Z]{2}[0-9]{4}$", hint="两个字母和四个数字"),
        Field(name="has_contract", title="有合同", type="bool", required=True),
        Field(name="rent", title="月租金", type="money", required=True, min=0.01, show_if="form.has_contract"),
        Field(name="count", title="份数", type="int", min=1, max=5),
        Field(name="area", title="面积", type="number", min=0, max=1000),
        Field(name="day", title="日期", type="date", min="today", max="today+30d"),
        Field(name="month", title="年月", type="month", max="today"),
        Field(name="time", title="时间", type="datetime"),
        Field(name="kind", title="类型", type="select", options=options("a", "b", "c")),
        Field(name="tags", title="标签", type="multiselect", options=options("x", "y", "z")),
        Field(name="region", title="地区", type="region"),
        Field(name="address", title="地址", type="address"),
        Field(name="card", title="银行卡号", type="bankcard"),
        Field(name="plate", title="车牌号码", type="plate"),
        Field(name="uscc", title="统一社会信用代码", type="uscc"),
        Field(
            name="spouse",
            title="配偶",
            type="group",
            show_if="form.kind == 'b'",
            required=True,
            fields=[
                Field(name="name", title="配偶姓名", type="name", required=True),
                Field(name="works", title="有工作", type="bool"),
                Field(name="employer", title="单位", type="text", required=True, show_if="form.spouse.works"),
            ],
        ),
        Field(
            name="members",
            title="成员",
            type="list",
            max=3,
            fields=[
                Field(name="name", title="成员姓名", type="name", required=True),
                Field(name="income", title="收入", type="money"),
            ],
        ),
        Field(name="promise", title="承诺书", type="commitment", text="我承诺属实。"),
    )


PREFILL = {"citizen.name": "张三", "citizen.id_number": "11010519491231002X", "citizen.phone": "13800138000"}
GOOD: dict[str, Any] = {
    "phone": "138 0013 8000",
    "note": "第一行\n第二行",
    "title": "题目",
    "code": "AB1234",
    "has_contract": True,
    "rent": 1200.5,
    "count": 2,
    "area": 88.8,
    "day": "2026-06-02",
    "month": "2026-05",
    "time": "2026-06-02T09:30",
    "kind": "b",
    "tags": ["x", "z"],
    "region": "510105",
    "address": "天府大道 1 号",
    "card": "4111 1111 1111 1111",
    "plate": "川ad12345",
    "uscc": "11511301008778183n",
    "spouse": {"name": "李四", "works": True, "employer": "某公司"},
    "members": [{"name": "王五", "income": 0}, {"name": "", "income": None}],
    "promise": True,
}
