"""The modules of this repository: all pass the checker, cover what they must, and say honestly what is not known."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from backend.sdk.check import check_folder
from backend.sdk.codes import covers, region_codes, theme_ids
from backend.sdk.forms import CompiledForm, json_schema, ui_tree
from backend.sdk.manifest import Bundle, Field, Matter, bundle_from_json, bundle_to_json, load_folder
from backend.sdk.rules import compile_rule

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted(path.parent for path in (ROOT / "matrix_modules").glob("*/module.toml"))
DATA = ROOT / "backend" / "matters" / "data"
TODAY = date(2026, 6, 1)

# The 23 archetypes by name: where each lives and of which kind it is.
ARCHETYPES = {
    "异地就医备案": ("province_medical_insurance.remote_treatment_filing", "apply"),
    "结婚登记预约": ("chengdu_civil_affairs.marriage_booking", "book"),
    "公共租赁住房申请资格审核认定": ("chengdu_housing.public_rental_eligibility", "apply"),
    "社保缴费记录和个人权益记录查询打印": ("province_human_resources.social_insurance_query", "query"),
    "住房公积金提取": ("chengdu_housing_fund.withdrawal", "apply"),
    "居住证申领和签注": ("province_public_security.residence_permit", "apply"),
    "居民身份证期满换领（省内和跨省异地）预约": ("province_public_security.id_card_renewal", "book"),
    "机动车驾驶证期满换证": ("province_traffic_police.driving_license_renewal", "apply"),
    "机动车免检领取检验合格标志（6年免上线）": ("province_traffic_police.vehicle_inspection_exemption", "apply"),
    "个体工商户设立登记": ("province_market_regulation.individual_business_setup", "apply"),
    "新生儿出生一件事": ("province_health.newborn_package", "apply"),
    "企业开办一件事": ("province_market_regulation.company_setup", "apply"),
    "申领《四川省老年人优待证》": ("province_health.elder_card", "apply"),
    "生育登记": ("province_health.birth_registration", "apply"),
    "养老保险待遇领取资格认证（人脸）": ("province_human_resources.pension_qualification", "certificate"),
    "残疾人证新办、换领、迁移、补办和注销": ("province_disabled_federation.disability_certificate", "apply"),
    "食品（含保健食品）经营许可延续": ("province_market_regulation.food_license_renewal", "apply"),
    "电动自行车登记上牌预约": ("province_traffic_police.ebike_registration", "book"),
    "公交线路及实况": ("deyang_city_services.bus_arrival", "query"),
    "农村集体“三资”查询": ("deyang_city_services.rural_assets_query", "query"),
    "物价查询": ("deyang_city_services.price_query", "query"),
    "非税收入网上缴费": ("province_finance.non_tax_payment", "pay"),
    "失业登记和失业保险金申领": ("province_human_resources.unemployment_benefit", "apply"),
}


@cache
def bundles() -> dict[str, Bundle]:
    found: dict[str, Bundle] = {}
    for folder in FOLDERS:
        bundle, findings = load_folder(folder)
        assert bundle is not None, findings
        found[bundle.module.id] = bundle
    return found


def matters() -> dict[str, Matter]:
    return {f"{name}.{matter.code}": matter for name, bundle in bundles().items() for matter in bundle.matters}


def written() -> dict[str, Matter]:
    """The matters that more than a link."""
    return {name: matter for name, matter in matters().items() if matter.kind != "link"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_module_passes_the_checker_without_a_word(folder: Path) -> None:
    assert [str(finding) for finding in check_folder(folder)] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_module_is_stored_and_read_back_the_same(folder: Path) -> None:
    bundle = bundles()[folder.name]
    assert bundle_from_json(bundle_to_json(bundle)) == bundle


def test_each_of_the_23_archetypes_is_a_matter_of_its_kind() -> None:
    assert len(ARCHETYPES) == 23
    known = matters()
    for name, (matter, kind) in ARCHETYPES.items():
        assert known[matter].name == name
        assert known[matter].kind == kind


def test_all_five_kinds_and_both_deciders_are_there() -> None:
    assert {matter.kind for matter in written().values()} == {"apply", "query", "book", "pay", "certificate"}
    assert {name for name, matter in written().items() if matter.decider == "department"} == {
        "chengdu_housing_fund.withdrawal"
    }


def test_the_catalogue_of_one_county_is_whole() -> None:
    bundle = bundles()["guangan_511602_catalogue"]
    assert len(bundle.matters) == 1133
    assert bundle.module.regions == ["511602"]
    assert len({matter.name for matter in bundle.matters}) == 1133
    assert all(matter.kind == "link" and matter.item_code and matter.department for matter in bundle.matters)
    assert all(set(matter.inferred) == {"audience", "themes"} for matter in bundle.matters)
    assert all(matter.link is None for matter in bundle.matters)
    types = Counter(matter.matter_type for matter in bundle.matters)
    assert types == {"01": 535, "20": 347, "10": 182, "07": 50, "05": 9, "09": 8, "08": 2}
    folder = ROOT / "matrix_modules" / "guangan_511602_catalogue"
    assert "v-luobo/zwfw" in (folder / "NOTICE").read_text("utf-8")
    assert "Apache License" in (folder / "LICENSE-APACHE-2.0.txt").read_text("utf-8")


def test_the_tables_have_every_region_and_theme() -> None:
    regions = json.loads((DATA / "regions.json").read_text("utf-8"))["regions"]
    levels = Counter((region["code"][:2], region["level"]) for region in regions)
    assert levels == {
        ("51", "province"): 1,
        ("51", "city"): 21,
        ("51", "county"): 183,
        ("50", "province"): 1,
        ("50", "county"): 38,
    }
    codes = {region["code"]: region for region in regions}
    assert len(codes) == len(regions) == len(region_codes())
    for region in regions:
        assert (region["parent"] is None) == (region["level"] == "province")
        assert region["parent"] is None or covers(region["parent"], region["code"])
        assert region["name"].startswith(region["short"][:1])
    assert codes["510100"]["name"] == "成都市"
    themes = json.loads((DATA / "themes.json").read_text("utf-8"))["themes"]
    assert len([theme for theme in themes if "person" in theme["codes"]]) == 31
    assert len([theme for theme in themes if "company" in theme["codes"]]) == 31
    assert len(theme_ids()) == len(themes)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", theme["id"]) for theme in themes)


def test_regions_cover_what_is_below_them() -> None:
    assert covers("510000", "510105")
    assert covers("510100", "510105")
    assert covers("510105", "510105")
    assert covers("500000", "500101")
    assert not covers("510100", "510600")
    assert not covers("510000", "500101")
    assert not covers("510105", "510100")


def holds_for_everybody(name: str, matter: Matter) -> bool:
    """True when the automatic decision needs nothing but a right form, a real name and the right age."""
    if not matter.flow.auto_decide:
        return False
    rule = compile_rule(matter.flow.auto_decide, matter, "condition")
    return not rule.licenses and all(item in {"citizen.age", "citizen.level", "form.commitment"} for item in rule.names)


def test_one_or_two_matters_are_decided_at_once_for_anybody() -> None:
    found = {name for name, matter in written().items() if matter.kind == "apply" and holds_for_everybody(name, matter)}
    assert found == {"province_health.elder_card", "province_medical_insurance.remote_treatment_filing"}


def test_an_elder_card_is_for_people_of_sixty_years() -> None:
    matter = matters()["province_health.elder_card"]
    assert matter.flow.auto_decide is not None
    rule = compile_rule(matter.flow.auto_decide, matter, "condition")
    assert rule.holds({"citizen": {"age": 60}})
    assert not rule.holds({"citizen": {"age": 59}})
    assert not rule.holds({"citizen": {}})


RENT = "chengdu_housing_fund.rent_withdrawal"
PREFILL = {
    "citizen.name": "张三",
    "citizen.id_number": "11010519491231002X",
    "citizen.phone": "13800138000",
    "citizen.gender": "female",
    "citizen.birth_date": "1949-12-31",
}
RENT_FORM: dict[str, Any] = {
    "account_no": "1234567890",
    "has_contract": True,
    "lease_start": "2026-01-01",
    "monthly_rent": 2600,
    "rent_region": "510105",
    "rent_address": "示例路1号2栋3单元",
    "bank_card": "4111111111111111",
    "truthful": True,
}


def test_the_rent_withdrawal_has_what_the_story_needs() -> None:
    matter = matters()[RENT]
    assert (matter.level, matter.kind, matter.name) == ("face", "apply", "租房提取住房公积金")
    assert {"租房提取", "提公积金交房租", "交房租"} <= set(matter.keywords)
    lease = next(material for material in matter.materials if material.code == "lease")
    assert (lease.name, lease.need, set(lease.formats)) == ("房屋租赁合同", "required", {"jpg", "png", "pdf"})
    assert [(step.id, step.role) for step in matter.flow.steps if step.id in {"accept", "decide"}] == [
        ("accept", "window"),
        ("decide", "reviewer"),
    ]
    assert matter.result is not None
    assert matter.result.license == "housing_fund_withdrawal_notice"
    assert matter.limits.promise is None
    assert matter.limits.legal is not None
    assert (matter.limits.legal.days, matter.limits.legal.unit, matter.limits.legal.verified) == (3, "day", True)


@pytest.mark.parametrize(
    ("rent", "no_home", "at_once"), [(2600, True, False), (2400, True, True), (2400, False, False), (0.01, True, True)]
)
def test_only_a_small_rent_with_a_valid_proof_is_decided_at_once(rent: float, no_home: bool, at_once: bool) -> None:
    matter = matters()[RENT]
    result = CompiledForm(matter).validate({**RENT_FORM, "monthly_rent": rent}, prefill=PREFILL, today=TODAY)
    assert result.errors == []
    assert matter.flow.auto_decide is not None
    context = {"form": result.clean, "licenses": {"no_home": no_home}}
    assert compile_rule(matter.flow.auto_decide, matter, "condition").holds(context) is at_once


def test_without_a_contract_the_citizen_is_told_before_anything_is_sent() -> None:
    matter = matters()[RENT]
    result = CompiledForm(matter).validate({**RENT_FORM, "has_contract": False}, prefill=PREFILL, today=TODAY)
    assert result.errors == []
    (item,) = matter.flow.eligibility
    assert compile_rule(item.rule, matter, "condition").holds({"form": result.clean}) is False
    assert "合同" in item.message


@pytest.mark.parametrize("name", sorted(written()))
def test_a_form_has_a_schema_a_picture_and_a_fillable_answer(name: str) -> None:
    matter = written()[name]
    jsonschema_rs.meta.validate(json_schema(matter))
    assert len(ui_tree(matter)) == len(matter.fields)
    json.dumps(ui_tree(matter))
    filled = {field.name: sample(field) for field in matter.fields}
    result = CompiledForm(matter).validate(filled, prefill=PREFILL, today=TODAY)
    assert [str(error) for error in result.errors] == []


def sample(field: Field) -> Any:
    """Some answer that a person could give."""
    by_type: dict[str, Any] = {
        "text": "示例文字",
        "textarea": "示例说明",
        "name": "示例姓名",
        "address": "示例路1号",
        "id_number": "11010519491231002X",
        "phone": "13900139000",
        "date": "2026-06-01",
        "month": "2026-05",
        "datetime": "2026-05-20T08:30",
        "region": "510105",
        "bankcard": "4111111111111111",
        "plate": "川A12345",
        "uscc": "11511301008778183N",
        "bool": True,
        "commitment": True,
    }
    if field.pattern:
        return {"^JY[0-9]{14}$": "JY15101050000000", "^[0-9X]{20}[B0-9]{0,2}$": "11010519491231002X41"}.get(
            field.pattern, "1" * (field.max_length or 20) if "6}" not in field.pattern else "A12345"
        )
    if field.options:
        first = field.options[0].value
        return [first] if field.type == "multiselect" else first
    if field.type in {"money", "number", "int"}:
        low = field.min if isinstance(field.min, int | float) else 0
        return max(low, 1) if field.type != "int" else max(int(low), 2)
    if field.type == "group":
        return {inner.name: sample(inner) for inner in field.fields}
    if field.type == "list":
        return [{inner.name: sample(inner) for inner in field.fields}]
    return by_type[field.type]


def test_no_unverified_fact_is_written_as_a_plain_one() -> None:
    for name, matter in written().items():
        for fact in [*matter.conditions, *matter.basis, *matter.rules]:
            assert fact.verified == (fact.verified and bool(fact.source)), name
        assert matter.uncertain, f"{name} says nothing of what is not known"
        if matter.limits.promise is None and matter.kind == "apply":
            assert any("时限" in item or "办理" in item for item in matter.uncertain), name


def test_bookable_places_are_marked_as_not_verified() -> None:
    bookable = [matter for matter in written().values() if matter.booking]
    assert len(bookable) == 3
    for matter in bookable:
        assert matter.booking is not None
        assert all(not office.verified and office.address is None for office in matter.booking.offices)
        assert not matter.booking.verified


def test_the_two_packages_name_their_parts() -> None:
    parts = {name: [part.name for part in matter.components] for name, matter in written().items() if matter.components}
    assert len(parts["province_health.newborn_package"]) == 6
    assert len(parts["province_market_regulation.company_setup"]) == 7
    assert len(parts) == 2
