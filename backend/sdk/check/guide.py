"""Rules on the guide: limits, facts, fee and the contradictions that guides are known for.

The contradictions follow the published checks against GB/T 36114, GB/T 39554.2, 国办发〔2017〕47号 and
国办发〔2018〕45号; promise ≤ legal limit, fee ⇒ basis and the sharing attempt are this platform's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend.sdk import elements
from backend.sdk.check.context import Context
from backend.sdk.findings import Finding
from backend.sdk.manifest import Fact, Matter, Term

OTHER_PROVINCES = re.compile(
    "北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆"
)
_site_visit = re.compile("现场勘[查验察]|实地[勘核]查|现场核查|踏勘")
_in_person = re.compile("本人(?:必须|须|应当?)?(?:亲自)?到(?:场|现场|窗口)|亲自到场")
_agent = re.compile("代办|代理人|委托")
_priced = re.compile(r"[0-9]\s*元|收取|工本费")
_free = re.compile("^(?:不收费|免费|免收|不收取)")
_adult = re.compile("年满(?:18|十八)周岁")
_guardian = re.compile("监护人")
_proof = re.compile(
    "(?:提交|提供|出具|交验)(?:有效的?)?([\u4e00-\u9fff]{2,16}?(?:证明|证书|许可证|执照|合同|批准文件))"
)


def the_ten_elements_are_stated(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for name, state in elements.states(matter, context.module.pending).items():
            if state == "missing" and not (name == "steps" and matter.kind != "link"):  # flow.empty: it could not run
                mend = f'{elements.MEND[name]}；还不知道的写 pending = ["{name}"]，群众看到“待确认”'
                message = f"没有写{elements.ELEMENTS[name]}"
                yield context.error(matter, _AT.get(name, ""), "element.missing", message, mend)


# Where an element would stand, when a part of it does.
_AT = {"steps": "flow", "limit": "limits", "place": "places"}


def what_is_stated_is_not_pending(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        states = elements.states(matter)
        for name in matter.pending:
            if states[name] != "pending":
                message = f"{elements.ELEMENTS[name]}写着待确认，却已经写明了"
                yield context.warning(matter, "pending", "element.settled", message, f"从 pending 里删去 {name}")
        for other in matter.without:
            if states[other] != "none":
                message = f"{elements.ELEMENTS[other]}写着没有，却又写了内容"
                yield context.warning(matter, "without", "element.settled", message, f"从 without 里删去 {other}")


def promise_within_legal_limit(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        promise, legal = matter.limits.promise, matter.limits.legal
        if promise and legal and _longer(promise, legal):
            yield context.error(
                matter, "limits.promise", "limits.promise", "承诺时限长于法定时限", "承诺应等于或短于法定"
            )


def _longer(promise: Term, legal: Term) -> bool:
    """True when the promise is longer in every calendar. Working days stretch over at most 7/5 and a long holiday."""
    if promise.unit == legal.unit:
        return promise.days > legal.days
    shortest = {"hour": 1 / 24, "day": 1.0, "workday": 1.0, "month": 28.0}
    longest = {"hour": 1 / 8, "day": 1.0, "workday": 1.4, "month": 31.0}
    slack = 10 if legal.unit == "workday" else 0
    return promise.days * shortest[promise.unit] > legal.days * longest[legal.unit] + slack


def limits_are_of_this_place(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for name, term in (("promise", matter.limits.promise), ("legal", matter.limits.legal)):
            if term and OTHER_PROVINCES.search(f"{term.source or ''}{term.note or ''}"):
                message = "时限引用了外省的规定"
                yield context.error(
                    matter, f"limits.{name}", "limits.other_province", message, "没有本地规定就不写，显示待确认"
                )


def immediate_means_one_day(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        promise = matter.limits.promise
        if matter.handling == "immediate" and promise and _length(promise) > 1:
            mend = "改成承诺件，或把承诺时限改为 1 个工作日以内"
            yield context.error(matter, "limits.promise", "limits.immediate", "即办件的承诺时限超过 1 天", mend)


def _length(term: Term) -> float:
    return term.days * {"hour": 1 / 8, "day": 1.0, "workday": 1.0, "month": 30.0}[term.unit]


def verified_facts_name_a_source(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for name in ("conditions", "basis", "rules"):
            for index, fact in _facts(matter, name):
                if fact.verified and not fact.source:
                    message = f"“{fact.text[:20]}”标为已核实，却没有出处"
                    mend = "补上 source，或去掉 verified"
                    yield context.error(matter, f"{name}.{index}", "fact.source", message, mend)
        for name, term in (("promise", matter.limits.promise), ("legal", matter.limits.legal)):
            if term and term.verified and not term.source:
                message = "时限标为已核实，却没有出处"
                yield context.error(matter, f"limits.{name}", "fact.source", message, "补上 source，或去掉 verified")
        for index, material in enumerate(matter.materials):
            if material.verified and not material.basis:
                message = f"{material.name} 标为已核实，却没有依据"
                yield context.error(matter, f"materials.{index}", "fact.source", message, "补上 basis，或去掉 verified")


def _facts(matter: Matter, name: str) -> list[tuple[int, Fact]]:
    facts: list[Fact] = getattr(matter, name)
    return list(enumerate(facts))


def fee_has_a_basis(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        if matter.fee and matter.fee.charged and not matter.fee.basis:
            yield context.error(matter, "fee", "fee.basis", "收费却没有收费依据", "补上 basis；查不到的写“待确认”")


def fee_and_its_words_agree(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        fee = matter.fee
        if fee is None:
            continue
        if not fee.charged and (fee.amount_fen or _priced.search(fee.text)):
            message = f"写着不收费，却又有金额：{fee.text}"
            yield context.warning(matter, "fee", "fee.clash", message, "收费写 charged = true 和依据，不收费就不写金额")
        elif fee.charged and _free.search(fee.text):
            message = f"写着收费，文字却是“{fee.text}”"
            yield context.warning(matter, "fee", "fee.clash", message, "不收费写 charged = false")


def site_visits_take_time(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        promise = matter.limits.promise
        if promise and _length(promise) < 5 and any(_site_visit.search(step.title) for step in matter.flow.steps):
            message = "流程有现场核查，承诺时限却不到 5 个工作日"
            yield context.error(matter, "limits.promise", "guide.site_visit", message, "核对时限，或去掉现场核查")


def presence_and_agents_do_not_clash(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        if not any(_in_person.search(fact.text) for fact in matter.conditions):
            continue
        words = [*_elsewhere(matter), *(step.title for step in matter.flow.steps)]
        if any(_agent.search(word) for word in words):
            message = "条件要求本人到场，别处又写可以代办"
            yield context.error(matter, "conditions", "guide.agent", message, "二者保留一个")


def _elsewhere(matter: Matter) -> Iterator[str]:
    """What speaks of who comes, outside the conditions: fields, materials, rules."""
    yield from (field.title for field in matter.fields)
    yield from (f"{material.name} {material.note or ''}" for material in matter.materials)
    yield from (fact.text for fact in matter.rules)


def what_is_online_needs_no_visit(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        if matter.modes != ["online"]:
            continue
        if matter.limits.visits:
            message = f"只在网上办，却要到现场 {matter.limits.visits} 次"
            yield context.error(matter, "limits.visits", "guide.online", message, "改 visits，或在 modes 里加上 window")
        for index, material in enumerate(matter.materials):
            if material.how == "onsite":
                message = f"只在网上办，{material.name}却要到现场出示"
                mend = "how 改成 upload，或在 modes 里加上 window"
                yield context.error(matter, f"materials.{index}", "guide.online", message, mend)


def adults_and_guardians_do_not_clash(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        if any(_adult.search(fact.text) for fact in matter.conditions):
            words = [*_elsewhere(matter), *(fact.text for fact in matter.conditions)]
            if any(_guardian.search(word) for word in words):
                message = "条件要求年满18周岁，别处又写监护人办理"
                yield context.error(matter, "conditions", "guide.guardian", message, "分清两种情形")


def proofs_in_conditions_are_materials(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        names = " ".join(f"{material.name} {material.note or ''}" for material in matter.materials)
        for index, fact in enumerate(matter.conditions):
            for match in _proof.finditer(fact.text):
                if match.group(1)[-6:] not in names:
                    message = f"条件里提到{match.group(1)}，材料里没有"
                    yield context.warning(matter, f"conditions.{index}", "guide.proof", message, "列入材料，或改写条件")


def materials_stay_out_of_conditions(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for index, fact in enumerate(matter.conditions):
            for material in matter.materials:
                if len(material.name) >= 4 and material.name in fact.text:
                    message = f"受理条件里写了材料“{material.name}”"
                    yield context.warning(matter, f"conditions.{index}", "guide.material", message, "材料只写在材料里")


def _guided(context: Context) -> Iterator[Matter]:
    """The matters that are more than a link."""
    return (matter for matter in context.matters if matter.kind != "link")


def guide_has_a_summary(context: Context) -> Iterator[Finding]:
    for matter in _guided(context):
        if not matter.summary:
            yield context.warning(matter, "", "guide.summary", "没有一句话说明", "用 summary 说清给谁办、办成什么")


def guide_has_search_words(context: Context) -> Iterator[Finding]:
    for matter in _guided(context):
        if not matter.keywords:
            yield context.warning(matter, "", "guide.keywords", "没有搜索词", "写群众会说的词")


def guide_says_how_many_visits(context: Context) -> Iterator[Finding]:
    for matter in _guided(context):
        if matter.limits.visits is None:
            yield context.warning(matter, "limits", "guide.visits", "没有写到现场次数", "写 visits，全程网办写 0")


def inferred_names_are_keys(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for name in matter.inferred:
            if name not in Matter.__struct_fields__:
                yield context.error(matter, "inferred", "matter.inferred", f"没有 {name} 这个键", "写事项自己的键名")
