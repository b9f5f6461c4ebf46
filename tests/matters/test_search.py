"""Finding matters in people's own words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.matters.search import Index
from backend.modules.terms import Terms, phrase

NAMES = {
    "租房提取住房公积金": ["租房提取", "提公积金交房租"],
    "住房公积金账户查询": ["公积金余额"],
    "居民身份证期满换领预约": [],
    "机动车驾驶证期满换证": [],
    "申领《四川省老年人优待证》": ["老年证"],
    "重庆市户口迁移": [],
    "ETC 车辆通行申请": [],
}


@pytest.fixture(scope="module")
def index() -> Index:
    return Index(
        (Terms(phrase(name), [phrase(word) for word in keywords]), "某某部门") for name, keywords in NAMES.items()
    )


def found(index: Index, query: str) -> list[str]:
    names = list(NAMES)
    return [names[number] for _, number in index.search(query)]


@pytest.mark.parametrize("query", ["公积金", "gongjijin", "gjj", "交房租 提钱", "租房提取", "zufang", "zftq", "ＧＪＪ"])
def test_a_rent_withdrawal_is_found_by_name_pinyin_initials_and_everyday_words(index: Index, query: str) -> None:
    assert "租房提取住房公积金" in found(index, query)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("身份证", "居民身份证期满换领预约"),
        ("换驾照", "机动车驾驶证期满换证"),
        ("老年证", "申领《四川省老年人优待证》"),
        ("lnz", "申领《四川省老年人优待证》"),
        ("chongqing", "重庆市户口迁移"),
        ("etc", "ETC 车辆通行申请"),
        ("租房提取", "租房提取住房公积金"),
    ],
)
def test_the_expected_matter_stands_first(index: Index, query: str, first: str) -> None:
    assert found(index, query)[0] == first


@pytest.mark.parametrize("query", ["", "   ", "!!!", "火箭发射", "qqqq", "ngj"])
def test_what_is_not_there_is_not_found(index: Index, query: str) -> None:
    assert found(index, query) == []


def test_pinyin_matches_only_from_the_start_of_a_syllable(index: Index) -> None:
    assert "租房提取住房公积金" in found(index, "fangti")
    assert "租房提取住房公积金" not in found(index, "angti")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_no_query_breaks_the_search(query: str) -> None:
    small = Index([(Terms(phrase("公积金提取"), []), "")])
    hits = small.search(query)
    assert all(number == 0 and score > 0 for score, number in hits)


def test_everyday_words_lead_to_words_that_stand_in_a_published_matter_or_its_theme() -> None:
    from backend.matters.search import everyday_words

    table = everyday_words()
    assert table
    assert all(meanings and all(meanings) for meanings in table.values()), json.dumps(table, ensure_ascii=False)
