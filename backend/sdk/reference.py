"""`docs/modules/reference.md`: every key of a module's files, from the structs that read them.

`python -m backend.sdk.reference DIR` writes the page and the schemas; a test keeps them fresh.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from backend.sdk.check import GROUPS, HOST, RULES
from backend.sdk.schema import files as schema_files
from backend.sdk.schema import schemas
from backend.sdk.words import KEYS, SHAPES

_KINDS = {
    "string": "文字",
    "integer": "整数",
    "number": "数",
    "boolean": "true/false",
    "array": "数组",
    "object": "表",
    "null": "",
}


def page() -> str:
    """Markdown: one table a shape, in the order in which a team meets them."""
    parts: dict[str, Any] = {}
    for schema in schemas().values():
        parts |= schema["$defs"]
    lines = [
        "# 键的参考",
        "",
        "由 `python -m backend modules reference` 从代码生成，不要手改。编辑器用的 JSON Schema：",
        "[`module.schema.json`](module.schema.json)、[`matter.schema.json`](matter.schema.json)。",
    ]
    for name, title in SHAPES.items():
        lines += [
            "",
            f'## <a id="{name.lower()}"></a>{name}：{title}',
            "",
            "| 键 | 写什么 | 必写 | 说明 |",
            "|---|---|---|---|",
        ]
        part = parts[name]
        required = set(part.get("required", ()))
        for key, value in part["properties"].items():
            must = "是" if key in required else _default(value)
            lines.append(f"| `{key}` | {_kind(value)} | {must} | {KEYS[name][key]} |")
    return "\n".join(lines) + "\n"


def _default(value: dict[str, Any]) -> str:
    default = value.get("default")
    if default in (None, "", [], {}):
        return ""
    if isinstance(default, bool):
        return f"默认 `{str(default).lower()}`"
    return f"默认 `{default}`" if isinstance(default, str | int | float) else ""


def _kind(value: dict[str, Any]) -> str:
    if "$ref" in value:
        name = value["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "allOf" in value:
        return _kind(value["allOf"][0])
    if "anyOf" in value:
        return "或".join(dict.fromkeys(text for item in value["anyOf"] if (text := _kind(item))))
    if "enum" in value:
        return "、".join(f"`{item}`" for item in value["enum"] if item is not None)
    if "const" in value:
        return f"`{value['const']}`"
    kind = value.get("type", "")
    if kind == "array":
        return f"{_kind(value.get('items', {}))} 的数组".strip()
    text = _KINDS.get(kind, "")
    bounds = [
        f"{sign} {value[key]:g}"
        for key, sign in (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"))
        if key in value
    ]
    if "maxLength" in value:
        bounds.append(f"最多 {value['maxLength']} 字")
    if "pattern" in value:
        bounds.append("符合 `" + value["pattern"].replace("|", "\\|") + "`")
    return text + (f"（{'，'.join(bounds)}）" if bounds else "")


def rules(folder: Path) -> str:
    """The list of all rules with the titles of their pages, which are in `folder`."""

    def row(code: str) -> str:
        lines = (folder / f"{code}.md").read_text("utf-8").split("\n")
        word = "提醒" if len(lines) > 2 and "· 提醒" in lines[2] else "错误"
        return f"| `{code}` | [{lines[0].removeprefix('# ')}]({code}.md) | {word} |"

    lines = [
        "# 检查规则",
        "",
        "由 `python -m backend modules reference` 生成，不要手改。",
        "",
        "一条规则一个代码、一个函数（`backend/sdk/check/`）、一页说明：检查什么，为什么，错的和对的各是什么样，怎么改。提交、预览、",
        "上线前运行的是同一份代码，一次列出全部问题。**错误**必须改；**提醒**给审核的人看。",
        "",
        "各页的样例只写出和样板模块（`tests/sdk/samples.py`）不同的键；样例就是测试，错的一定查得出，对的一句提示也没有。",
        "",
        "指南类规则参照 GB/T 36114、GB/T 39554.2、国办发〔2017〕47号、国办发〔2018〕45号的公开核查项；",
        "标准原文未能逐条核对，以正式文本为准。",
    ]
    heads = (
        ("读文件时", sorted(GROUPS)),
        ("模块和事项的内容", list(RULES)),
        ("上传时由平台核对", sorted(HOST)),
    )
    for head, codes in heads:
        lines += ["", f"## {head}", "", "| 代码 | 规则 | |", "|---|---|---|"]
        lines += [row(code) for code in codes]
    return "\n".join(lines) + "\n"


def files(folder: Path) -> dict[str, str]:
    """Every generated file of `docs/modules/`, which is `folder`."""
    made = {"reference.md": page(), **schema_files()}
    if (folder / "rules").is_dir():
        made["rules/README.md"] = rules(folder / "rules")
    return made


def stale(folder: Path) -> list[str]:
    """Names of generated files that differ from what the code says now."""
    return [
        name
        for name, text in files(folder).items()
        if not (folder / name).is_file() or (folder / name).read_text("utf-8") != text
    ]


def main(arguments: list[str] | None = None) -> int:
    """Write the generated files into a folder."""
    given = sys.argv[1:] if arguments is None else arguments
    folder = Path(given[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files(folder).items():
        (folder / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
