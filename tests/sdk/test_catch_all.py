"""Catch-all clauses, word by word: what leaves a list open, and what only looks like it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from backend.sdk import toml
from backend.sdk.check import check_folder
from backend.sdk.check.clauses import catch_all
from tests.sdk.samples import MATTER, folder

OPEN = {
    "其他材料": "其他材料",
    "其它证明材料": "其它证明",
    "其他有关材料": "其他有关材料",
    "其他需要提供的材料": "其他需要提供的材料",
    "法律、法规规定的其他条件": "规定的其他",
    "审批机关认为需要的其他文件": "需要的其他",
    "相关证明": "相关证明",
    "有关材料": "有关材料",
    "与经营有关的证明": "有关的证明",
    "符合有关规定": "有关规定",
    "办理所需材料": "所需材料",
    "按规定的材料提交": "规定的材料",
    "窗口要求提供的材料": "要求提供的材料",
    "户口簿、居住证等": "等",
    "就读证明（学生证等）": "等",
    "租赁合同、劳动合同等，可用承诺代替": "等",
    "户口簿、居住证等等。": "等等",
    "营业执照、许可证等材料": "等材料",
    "身份证等有关证件": "等有关证件",
    "房产证、购房合同等证明": "等证明",
    "《不动产权证书》等": "等",
    "材料视情况提供": "视情况",
    "视情现场核查": "视情",
    "视具体情况而定": "视具体情况而定",
    "根据实际情况补充": "根据实际情况",
    "酌情提供": "酌情",
    "必要时现场核查": "必要时",
    "以窗口要求为准": "以窗口要求为准",
    "具体以当地公布的为准": "以当地公布的为准",
    "时间另行通知": "另行通知",
    "包括但不限于身份证": "包括但不限于",
}
CLOSED = [
    "残疾等级评定表",
    "等候叫号",
    "请在大厅等候",
    "同等学历证明",
    "在同等条件下优先",
    "平等协商一致",
    "高等学校毕业证书",
    "中等职业学校学籍证明",
    "三级甲等医院诊断证明",
    "荣立二等功",
    "特等、一等、二等、三等",
    "各方权利均等。",
    "金额相等，币种相同",
    "不少于或等于两年",
    "等待期满",
    "须等材料齐全",
    "等额缴存",
    "等值外币",
    "材料齐全，等通知领取",
    "多重残疾和其他残疾",
    "其他临时外出就医",
    "到其他城市居住半年以上",
    "法人或者其他组织",
    "法律、行政法规规定的前置批准文件",
    "以身份证登记的姓名为准",
    "有效身份证件或社会保障卡（任一）",
    "非必要不到场",
    "与申请人有亲属关系",
    "相关性说明",
    "情况说明",
    "无犯罪记录证明",
    "户口簿、居住证",
]


@pytest.mark.parametrize(("text", "words"), OPEN.items(), ids=OPEN)
def test_an_open_list_is_found_with_its_words(text: str, words: str) -> None:
    assert catch_all(text) == words


@pytest.mark.parametrize("text", CLOSED)
def test_what_only_looks_like_one_is_let_be(text: str) -> None:
    assert catch_all(text) is None


@pytest.mark.parametrize("where", ["material", "note", "condition", "step", "step note", "eligibility"])
def test_materials_conditions_and_steps_are_read(where: str, tmp_path: Path) -> None:
    data = tomllib.loads(MATTER)
    text = "其他材料"
    if where == "material":
        data["materials"][0]["name"] = text
    elif where == "note":
        data["materials"][0]["note"] = text
    elif where == "condition":
        data["conditions"].append({"text": text})
    elif where == "eligibility":
        data["flow"]["eligibility"] = [{"rule": "form.kind == 'a'", "message": text}]
    else:
        data["flow"]["steps"][0]["name" if where == "step" else "note"] = text
    (finding,) = check_folder(folder(tmp_path, matter=toml.write(data)))
    assert (finding.severity, finding.code) == ("warning", "clause.open")
    assert text in finding.message
    lines = (tmp_path / "sample_owner" / finding.file).read_text("utf-8").split("\n")
    assert finding.line is not None
    assert any(text in line for line in lines[finding.line - 1 : finding.line + 4])


def test_other_texts_may_speak_loosely_and_a_note_closes_a_name(tmp_path: Path) -> None:
    data = tomllib.loads(MATTER)
    data["summary"] = "给老人、残疾人等办理。"
    data["rules"] = [{"text": "可以查阅会议记录等资料。"}]
    data["materials"][0] |= {"name": "经营场所相关文件", "note": "产权证、租赁合同任一"}
    assert check_folder(folder(tmp_path, matter=toml.write(data))) == []
