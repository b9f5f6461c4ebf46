"""Catch-all clauses: words that leave open what somebody has to bring, to be or to wait for.

行政许可法 art. 32 has the office tell once all that is missing. A list that ends in 等 cannot be told once. Only
materials, conditions and steps are read: what else a guide tells may speak loosely.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend.sdk.check.context import Context
from backend.sdk.findings import Finding
from backend.sdk.manifest import Matter

_PAPERS = (
    "材料|证明|资料|文件|证件|证照|凭证|单据|手续|情形|情况|条件|要求|规定|内容|人员|环节|步骤|费用|信息|方式|原因"
)

# 等 closes an open list when a noun stands before it and nothing, or the general word for the list, behind it. Before
# 等 these make another word of it: 同等 平等 高等 三等 甲等 相等 …, or 等 is the verb (须等材料齐全).
_OTHER_WORDS = "平对高中初优均相次劣差特头甲乙丙丁一二三四五六七八九十几何这那此须需要请再先可应不"
_AND_SO_ON = re.compile(
    rf"(?<=[\u4e00-\u9fff0-9A-Za-z）)》”])(?<![{_OTHER_WORDS}])(?<!(?<!合)同)等+"
    rf"(?:(?:有关|相关|其他|其它)?的?(?:{_PAPERS})|(?=$|[\s。；;，,、：:）)】」”/]))"
)
_CATCH_ALL = (
    _AND_SO_ON,
    re.compile(rf"(?:其他|其它)(?:有关|相关|必要|必需|所需|应当|需要|可以)?(?:提供|提交|说明)?的?(?:{_PAPERS})"),
    re.compile(r"(?:规定|要求|需要|认为)的(?:其他|其它)"),
    re.compile(rf"(?:有关|相关)的?(?:{_PAPERS})"),
    re.compile(r"(?:所需|要求提[供交]的|需要提[供交]的|规定的)(?:材料|证明|资料|文件)"),
    re.compile(r"视(?:具体|实际)?情(?:况|形)?(?:而定|确定|决定)?|根据(?:具体|实际)情况|酌情|必要时"),
    re.compile(r"以(?:窗口|现场|实际|办理|受理|审核|工作人员|当地|各地)[^，。；]{0,12}为准|另行(?:通知|告知|规定)"),
    re.compile(r"包括但不限于"),
)


def catch_all(text: str) -> str | None:
    """The first words of a text that leave the list open, or None."""
    found = [match for pattern in _CATCH_ALL if (match := pattern.search(text))]
    return min(found, key=lambda match: match.start()).group() if found else None


def lists_are_closed(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for path, place, text in _texts(matter):
            words = catch_all(text)
            if words is not None:
                message = f"{place}“{text[:30]}”没有写完：{words}"
                mend = "一一列明；法规原文就这样写的，在 note 里写明是哪几种，还不知道的写待确认"
                yield context.warning(matter, path, "clause.open", message, mend)


def _texts(matter: Matter) -> Iterator[tuple[str, str, str]]:
    """What people have to meet or bring. A name that a note of its own explains is as closed as its note."""
    for index, material in enumerate(matter.materials):
        path = f"materials.{index}"
        if material.note:
            yield f"{path}.note", "材料要求", material.note
        else:
            yield f"{path}.name", "材料", material.name
    for index, fact in enumerate(matter.conditions):
        yield f"conditions.{index}", "条件", fact.text
    for index, item in enumerate(matter.flow.eligibility):
        yield f"flow.eligibility.{index}", "条件", item.message
    for index, step in enumerate(matter.flow.steps):
        for text in (step.name, step.note):
            if text:
                yield f"flow.steps.{index}", "步骤", text
