"""Answers of departments to query matters: made up from a hash of question and citizen, the same every time.

Which answer fits is read from the parameters that the matter asks for, so that a module may name its matter freely.
All of it is marked as sample data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from backend.sdk.department import Column, QueryAnswer, QueryCall, Summary
from backend.sdk.department.server import Refused

CHINA = ZoneInfo("Asia/Shanghai")

_GOODS: dict[str, tuple[tuple[str, str, int], ...]] = {
    "粮油": (("中等粳米", "元/500克", 320), ("标准面粉", "元/500克", 260), ("菜籽油", "元/5升", 7200)),
    "蔬菜": (("大白菜", "元/500克", 180), ("土豆", "元/500克", 230), ("莴笋", "元/500克", 300)),
    "肉禽蛋": (("精瘦肉", "元/500克", 1500), ("白条鸡", "元/500克", 1100), ("鸡蛋", "元/500克", 520)),
    "水产": (("草鱼", "元/500克", 950), ("鲫鱼", "元/500克", 1150), ("花鲢", "元/500克", 880)),
    "水果": (("苹果", "元/500克", 580), ("香蕉", "元/500克", 390), ("柑橘", "元/500克", 450)),
}
_RATES = {
    "企业职工基本养老": (0.16, 0.08),
    "城乡居民养老": (0.0, 0.0),
    "失业": (0.006, 0.004),
    "工伤": (0.004, 0.0),
    "职工医保": (0.075, 0.02),
    "居民医保": (0.0, 0.0),
}


def answer(call: QueryCall) -> QueryAnswer:
    """The table for a query. Raises Refused for a matter or a parameter that no department would answer."""
    for keys, make in _BY_PARAMS:
        if keys <= set(call.params):
            return make(call.params, call.citizen)
    for words, make in _BY_NAME:
        if any(word in call.matter.lower() for word in words):
            return make(call.params, call.citizen)
    raise Refused("matter_missing", "该部门没有开通这项查询", status=404)


def _seed(*parts: object) -> Random:
    return Random(hashlib.sha256("\n".join(map(str, parts)).encode()).digest())


def _who(citizen: Mapping[str, str]) -> str:
    return citizen.get("id_number") or citizen.get("name") or ""


def _person(citizen: Mapping[str, str]) -> str:
    who = _who(citizen)
    if not who:
        raise Refused("citizen_missing", "缺少办事人信息，无法查询", status=422)
    return who


def _yuan(fen: float) -> str:
    return f"{fen / 100:.2f}"


def _now() -> str:
    return datetime.now(CHINA).isoformat(timespec="seconds")


def _columns(**titles: str) -> list[Column]:
    return [Column(key=key, title=title) for key, title in titles.items()]


def _months(first: str, last: str) -> list[str]:
    try:
        start = datetime.strptime(first, "%Y-%m").replace(tzinfo=CHINA)
        end = datetime.strptime(last, "%Y-%m").replace(tzinfo=CHINA)
    except ValueError as error:
        raise Refused("param_invalid", "起止年月应为“年-月”，如 2025-01", status=422) from error
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    if months < 1:
        raise Refused("param_invalid", "截止年月早于起始年月", status=422)
    if months > 120:
        raise Refused("param_invalid", "一次最多查询120个月", status=422)
    numbers = range(start.year * 12 + start.month - 1, start.year * 12 + start.month - 1 + months)
    return [f"{number // 12}-{number % 12 + 1:02d}" for number in numbers]


def _insurance(params: Mapping[str, Any], citizen: Mapping[str, str]) -> QueryAnswer:
    who, kind = _person(citizen), str(params.get("insurance") or "企业职工基本养老")
    if kind not in _RATES:
        raise Refused("param_invalid", f"没有“{kind}”这个险种", status=422)
    months = _months(str(params.get("period_from", "")), str(params.get("period_to", "")))
    unit_rate, own_rate = _RATES[kind]
    base = _seed("insurance", who).randrange(40, 120) * 10_000
    today, rows, total = datetime.now(CHINA).strftime("%Y-%m"), [], 0
    for month in (item for item in months if item <= today):
        if _seed("gap", who, month).random() < 0.04:
            continue  # some months were not paid
        unit, own = round(base * unit_rate), round(base * own_rate) or (0 if unit_rate else 40_000 // 12)
        total += own
        rows.append({"month": month, "base": _yuan(base), "unit": _yuan(unit), "own": _yuan(own), "state": "已到账"})
    return QueryAnswer(
        title=f"{kind}缴费记录",
        columns=_columns(
            month="缴费年月", base="缴费基数（元）", unit="单位缴费（元）", own="个人缴费（元）", state="状态"
        ),
        rows=rows,
        summary=[
            Summary(label="缴费月数", value=str(len(rows))),
            Summary(label="个人缴费合计（元）", value=_yuan(total)),
        ],
        as_of=_now(),
        source="人力资源社会保障部门（样例数据）",
        sample=True,
    )


def _bus(params: Mapping[str, Any], _citizen: Mapping[str, str]) -> QueryAnswer:
    city, asked = str(params.get("city", "")), str(params.get("q", "")).strip()
    if not asked:
        raise Refused("param_invalid", "请填写线路或站点", status=422)
    random = _seed("bus", city, asked, params.get("direction", ""))
    names = ["客运中心", "人民公园", "文化宫", "政务服务中心", "第一小学", "体育馆", "河滨路口", "火车站"]
    random.shuffle(names)
    if params.get("direction") in ("下行", "返程", "down", "1"):
        names.reverse()
    minute = datetime.now(CHINA).minute
    rows = [
        {
            "order": str(index),
            "stop": f"{name}（样例）",
            "next": f"约{(random.randrange(2, 12) + index * 3 - minute) % 15 + 1}分钟",
        }
        for index, name in enumerate(names, 1)
    ]
    return QueryAnswer(
        title=f"{asked} 线路及到站",
        columns=_columns(order="序号", stop="站点", next="下一班"),
        rows=rows,
        summary=[
            Summary(label="首末班", value="06:30—21:30（样例）"),
            Summary(label="票价", value="2元（样例）"),
        ],
        as_of=_now(),
        source="公共交通企业（样例数据）",
        sample=True,
    )


def _village(params: Mapping[str, Any], _citizen: Mapping[str, str]) -> QueryAnswer:
    village, kind = str(params.get("village", "")), str(params.get("kind", "资金"))
    try:
        year = int(params.get("year", 0))
    except (TypeError, ValueError) as error:
        raise Refused("param_invalid", "年度应为四位数字", status=422) from error
    if not 2000 <= year <= datetime.now(CHINA).year:
        raise Refused("param_invalid", "没有这个年度的台账", status=422)
    items = {
        "资金": ("经营收入", "发包及上交收入", "补助收入", "公益支出", "管理费用"),
        "资产": ("办公用房", "集体厂房", "农田水利设施", "村级道路"),
        "资源": ("耕地", "林地", "水面", "集体建设用地"),
    }.get(kind)
    if items is None:
        raise Refused("param_invalid", "类别只有资金、资产、资源", status=422)
    random = _seed("village", village, year, kind)
    unit = "亩" if kind == "资源" else "元"
    amounts = [random.randrange(200, 900) * (10 if unit == "亩" else 10_000) for _ in items]
    shown = [f"{amount / 10:.1f}" if unit == "亩" else _yuan(amount) for amount in amounts]
    return QueryAnswer(
        title=f"{year}年{kind}台账",
        columns=_columns(item="项目", amount=f"数量（{unit}）", note="备注"),
        rows=[{"item": item, "amount": amount, "note": "样例"} for item, amount in zip(items, shown, strict=True)],
        summary=[Summary(label="项目数", value=str(len(items)))],
        as_of=_now(),
        source="农业农村部门（样例数据）",
        sample=True,
    )


def _prices(params: Mapping[str, Any], _citizen: Mapping[str, str]) -> QueryAnswer:
    category = str(params.get("category", ""))
    goods = _GOODS.get(category)
    if goods is None:
        raise Refused("param_invalid", f"没有“{category}”这个品类", status=422)
    try:
        day = date.fromisoformat(str(params.get("date") or datetime.now(CHINA).date()))
    except ValueError as error:
        raise Refused("param_invalid", "日期应为“年-月-日”", status=422) from error
    if day > datetime.now(CHINA).date():
        raise Refused("param_invalid", "不能查询以后的价格", status=422)

    def price(name: str, usual: int, on: date) -> int:
        return round(usual * _seed("price", params.get("region"), name, on).uniform(0.9, 1.1))

    rows = []
    for name, unit, usual in goods:
        now, before = price(name, usual, day), price(name, usual, day - timedelta(days=1))
        rows.append(
            {
                "name": name,
                "unit": unit,
                "price": _yuan(now),
                "change": f"{(now - before) / before * 100:+.1f}%",
                "place": "样例采价点",
            }
        )
    return QueryAnswer(
        title=f"{category}价格（{day.isoformat()}）",
        columns=_columns(name="品名", unit="单位", price="价格", change="比前一日", place="采价点"),
        rows=rows,
        as_of=f"{day.isoformat()}T09:00:00+08:00",
        source="价格监测机构（样例数据）",
        sample=True,
    )


def _slip(params: Mapping[str, Any], citizen: Mapping[str, str]) -> QueryAnswer:
    code = str(params.get("pay_code", "")).strip()
    if not (code.isascii() and code.isdigit() and len(code) == 20):
        raise Refused("param_invalid", "缴款码应为20位数字", status=422)
    if code.endswith("000"):
        raise Refused("slip_missing", "没有查到这张缴款单，请核对缴款码", status=404)
    random = _seed("slip", code)
    item = random.choice(("道路占用费", "城市道路挖掘修复费", "考试报名费", "诉讼费", "不动产登记费"))
    amount = random.randrange(10, 800) * 100
    payer = citizen.get("name") or "待缴款人确认"
    return QueryAnswer(
        title="非税收入缴款单",
        columns=_columns(item="收费项目", amount="金额（元）", unit="执收单位"),
        rows=[{"item": item, "amount": _yuan(amount), "unit": "样例执收单位"}],
        summary=[
            Summary(label="缴款码", value=code),
            Summary(label="缴款人", value=payer),
            Summary(label="应缴金额（元）", value=_yuan(amount)),
        ],
        as_of=_now(),
        source="财政部门（样例数据）",
        sample=True,
        fields={"pay_code": code, "amount": amount, "item": item, "payer": payer, "paid": False},
    )


def _fund(_params: Mapping[str, Any], citizen: Mapping[str, str]) -> QueryAnswer:
    who = _person(citizen)
    random = _seed("fund", who)
    monthly = random.randrange(60, 240) * 1000
    balance = monthly * random.randrange(12, 90)
    today = datetime.now(CHINA).date()
    rows = []
    for back in range(6):
        number = today.year * 12 + today.month - 1 - back
        rows.append(
            {
                "month": f"{number // 12}-{number % 12 + 1:02d}",
                "kind": "汇缴",
                "amount": _yuan(monthly),
                "balance": _yuan(balance - monthly * back),
            }
        )
    return QueryAnswer(
        title="住房公积金账户",
        columns=_columns(month="年月", kind="业务", amount="金额（元）", balance="余额（元）"),
        rows=rows,
        summary=[
            Summary(label="账户余额（元）", value=_yuan(balance)),
            Summary(label="月缴存额（元）", value=_yuan(monthly)),
            Summary(label="账户状态", value="正常"),
        ],
        as_of=_now(),
        source="住房公积金管理中心（样例数据）",
        sample=True,
        fields={"balance": balance, "monthly": monthly},
    )


Make = Callable[[Mapping[str, Any], Mapping[str, str]], QueryAnswer]

_BY_PARAMS: tuple[tuple[frozenset[str], Make], ...] = (
    (frozenset({"insurance", "period_from", "period_to"}), _insurance),
    (frozenset({"pay_code"}), _slip),
    (frozenset({"village", "year"}), _village),
    (frozenset({"category", "region"}), _prices),
    (frozenset({"city", "q"}), _bus),
)
_BY_NAME: tuple[tuple[tuple[str, ...], Make], ...] = (
    (("fund", "gjj", "gongjijin", "balance"), _fund),
    (("insurance", "shebao", "contribution"), _insurance),
    (("slip", "feishui", "nontax", "non_tax"), _slip),
    (("sanzi", "village", "collective"), _village),
    (("price", "wujia"), _prices),
    (("bus", "gongjiao"), _bus),
)
