"""What a key of a module's files, and a code written in it, is called in a sentence about it.

`words` tells who writes a file what to write; here is the name of the thing, for whoever reads what was written.
"""

from __future__ import annotations

import re
from typing import Any

from backend.sdk.codes import region_name, theme_name
from backend.sdk.words import KEYS

LABELS: dict[str, dict[str, str]] = {
    "Module": {"schema": "文件格式的版本", "fields": "要用的个人信息"},
    "Matter": {
        "kind": "办理类型",
        "audience": "服务对象",
        "level": "认证要求",
        "page": "进入部门自己的页面",
        "handling": "办件类型",
        "department": "办理部门",
        "themes": "主题",
        "keywords": "搜索词",
        "regions": "适用地区",
        "summary": "一句话说明",
        "contact": "咨询和投诉",
        "rules": "要知道的规定",
        "reminders": "到期提醒",
        "uncertain": "还没有核实的事",
        "inferred": "推断出来的内容",
        "pending": "还不知道的要素",
        "without": "明确没有的要素",
        "decider": "由谁决定",
    },
    "Fact": {"verified": "已核实"},
    "Term": {"unit": "单位", "verified": "已核实"},
    "Limits": {"visits": "到现场次数", "visits_verified": "到现场次数已核实"},
    "Option": {"value": "选项的值", "label": "选项的文字"},
    "Field": {
        "name": "项的名字",
        "title": "标题",
        "options": "选项",
        "pattern": "格式",
        "show_if": "出现的条件",
        "prefill": "自动填写",
        "readonly": "自动填写的不能改",
        "fields": "里面的项",
        "components": "给哪些环节",
    },
    "Material": {
        "need": "必要性",
        "source": "来源",
        "how": "怎么交",
        "max_mb": "每个文件最多几 MB",
        "show_if": "要交的条件",
        "blank_form": "空白表",
        "specimen": "样表",
        "shared_by": "共享的部门",
        "basis": "依据",
        "components": "给哪些环节",
        "verified": "已核实",
    },
    "Step": {
        "id": "步骤",
        "name": "名称",
        "role": "谁来做",
        "days": "时限",
        "unit": "时限的单位",
        "verified": "已核实",
    },
    "Eligibility": {"rule": "条件", "message": "不满足时的话"},
    "Flow": {
        "steps": "步骤",
        "auto_accept": "自动受理的条件",
        "auto_decide": "自动办成的条件",
        "eligibility": "先核对的条件",
    },
    "Fee": {"text": "收费说明", "charged": "收费", "amount_fen": "金额的规则（分）", "verified": "已核实"},
    "Result": {"license": "电子证照", "valid_days": "有效天数"},
    "Reminder": {"before": "提前多久", "renew": "续办的事项"},
    "Place": {"verified": "已核实"},
    "Contact": {"complaint": "投诉", "phone": "咨询电话", "hours": "时间"},
    "Question": {"verified": "已核实"},
    "Slot": {"capacity": "能约几人"},
    "Office": {"verified": "已核实"},
    "Booking": {"weekdays": "星期几开放", "verified": "已核实"},
    "Output": {"shows": "显示的内容", "empty": "没有查到时的话"},
    "Payment": {"notice_field": "缴款码在哪一项", "shows": "显示的内容"},
    "Component": {"depends_on": "要等的环节", "show_if": "有这个环节的条件", "matter": "对应的事项"},
    "Origin": {"changed": "改了别的内容"},
}

_UNITS = {"workday": "工作日", "day": "自然日", "month": "月", "hour": "小时"}
_LEVELS = {"none": "不用认证", "login": "登录", "verified": "实名", "face": "人脸"}
_ELEMENTS = {
    "basis": "依据",
    "conditions": "条件",
    "materials": "材料",
    "steps": "流程",
    "limit": "时限",
    "fee": "收费",
    "result": "结果",
    "place": "地点和时间",
}
_CITIZEN = {
    "name": "姓名",
    "id_number": "身份证号",
    "phone": "手机号",
    "gender": "性别",
    "birth_date": "出生日期",
    "age": "年龄",
    "region": "所在地区",
    "address": "地址",
    "level": "实名等级",
    "company.name": "单位名称",
    "company.uscc": "统一社会信用代码",
    "company.legal_person": "法定代表人",
}
MEANINGS: dict[tuple[str, str], dict[str, str]] = {
    ("Module", "fields"): _CITIZEN,
    ("Module", "pending"): _ELEMENTS,
    ("Connector", "sign"): {"ed25519": "Ed25519", "sm2": "国密 SM2"},
    ("Matter", "kind"): {
        "apply": "申请",
        "query": "查询",
        "book": "预约",
        "pay": "缴费",
        "certificate": "认证",
        "link": "只有指南和链接",
    },
    ("Matter", "audience"): {"person": "个人", "company": "单位"},
    ("Matter", "level"): _LEVELS,
    ("Matter", "handling"): {"immediate": "即办件", "promised": "承诺件"},
    ("Matter", "scope"): {"country": "国家", "province": "省", "city": "市", "county": "县", "town": "乡镇"},
    ("Matter", "modes"): {"online": "网上", "window": "窗口", "mail": "邮寄"},
    ("Matter", "pending"): _ELEMENTS,
    ("Matter", "without"): {"conditions": "不设条件", "materials": "不用交材料"},
    ("Matter", "decider"): {"platform": "平台", "department": "部门系统"},
    ("Term", "unit"): _UNITS,
    ("Field", "type"): {
        "text": "文字",
        "textarea": "长文字",
        "name": "姓名",
        "address": "地址",
        "id_number": "身份证号",
        "uscc": "统一社会信用代码",
        "phone": "电话",
        "bankcard": "银行卡号",
        "plate": "车牌号",
        "select": "单选",
        "multiselect": "多选",
        "region": "地区",
        "money": "金额",
        "int": "整数",
        "number": "数字",
        "date": "日期",
        "month": "月份",
        "datetime": "日期和时间",
        "bool": "是否",
        "commitment": "承诺书",
        "group": "一组",
        "list": "若干条",
    },
    ("Field", "prefill"): {f"citizen.{name}": said for name, said in _CITIZEN.items() if "." not in name}
    | {name: said for name, said in _CITIZEN.items() if "." in name},
    ("Material", "need"): {"required": "必要", "optional": "非必要", "deferrable": "可容缺后补"},
    ("Material", "source"): {"self": "本人", "department": "部门共享"},
    ("Material", "how"): {"upload": "上传", "onsite": "到场出示", "generated": "由表单生成"},
    ("Material", "formats"): {"jpg": "JPG", "png": "PNG", "pdf": "PDF", "ofd": "OFD", "heic": "HEIC"},
    ("Step", "id"): {
        "apply": "申请",
        "precheck": "预审",
        "accept": "受理",
        "review": "审核",
        "decide": "决定",
        "settle": "办结",
        "deliver": "送达",
    },
    ("Step", "role"): {
        "applicant": "申请人",
        "system": "系统",
        "window": "窗口",
        "reviewer": "审核人员",
        "department": "部门",
    },
    ("Step", "unit"): _UNITS,
}
_REGIONS = {("Module", "regions"), ("Matter", "regions"), ("Place", "region"), ("Office", "region")}
_HEAD = re.compile(r"[；，：（]")


def label(shape: str, key: str) -> str:
    """What a key is called, without what may be written there."""
    return LABELS.get(shape, {}).get(key) or _HEAD.split(KEYS[shape][key])[0]


def meaning(shape: str, key: str, value: Any) -> Any:
    """A code, or a list of codes, in words; anything else as it is."""
    if isinstance(value, list):
        return [meaning(shape, key, item) for item in value] if all(isinstance(item, str) for item in value) else value
    if not isinstance(value, str):
        return value
    if (shape, key) in _REGIONS:
        return region_name(value)
    if (shape, key) == ("Matter", "themes"):
        return theme_name(value)
    if (shape, key) == ("Material", "source") and value.startswith("license:"):
        return f"电子证照 {value.removeprefix('license:')}，有就免交"
    return MEANINGS.get((shape, key), {}).get(value, value)
