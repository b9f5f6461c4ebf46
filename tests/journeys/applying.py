"""Applications as invented citizens fill them in. Fields that the state knows already are left out: it fills them."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from backend.core.clock import today
from tests.journeys.town import Citizen

RENT = "chengdu_housing_fund.rent_withdrawal"  # face; people decide
WITHDRAWAL = "chengdu_housing_fund.withdrawal"  # face; the department decides
FUND = "chengdu_housing_fund.fund_account_query"  # verified; a query
BUS = "deyang_city_services.bus_arrival"  # a query for everybody
FILING = "province_medical_insurance.remote_treatment_filing"  # verified; decided at once
BIRTH = "province_health.birth_registration"  # verified; people decide; no material is needed
PENSION = "province_human_resources.pension_qualification"  # face; a certificate
MARRIAGE = "chengdu_civil_affairs.marriage_booking"  # verified; a booking
FEE = "province_finance.non_tax_payment"  # login; a payment
ELDER = "province_health.elder_card"  # verified; decided at once, from 60 on

BANK_CARD = "6222020000000000000"


def rent(**changes: Any) -> dict[str, Any]:
    return {
        "phone": "13900000000",
        "account_no": "510100200300",
        "has_contract": True,
        "lease_start": (today() - timedelta(days=40)).isoformat(),
        "monthly_rent": 3200.5,
        "rent_region": "510107",
        "rent_address": "样例路1号2栋3单元4号",
        "bank_card": BANK_CARD,
        "truthful": True,
    } | changes


def filing(**changes: Any) -> dict[str, Any]:
    return {
        "phone": "13900000000",
        "insured_region": "510100",
        "insurance_type": "resident",
        "record_type": "posted",
        "destination_kind": "other",
        "destination_text": "广东省广州市",
        "start_date": today().isoformat(),
        "commitment": True,
    } | changes


def birth(**changes: Any) -> dict[str, Any]:
    return {
        "phone": "13900000000",
        "stage": "pregnant",
        "expected_date": (today() + timedelta(days=100)).isoformat(),
        "child_order": 1,
        "region": "510107",
        "live_address": "样例路1号",
        "household_address": "样例路2号",
    } | changes


def withdrawal(**changes: Any) -> dict[str, Any]:
    return {
        "phone": "13900000000",
        "account_no": "510100200300",
        "reason": "purchase",
        "purchase_contract_no": "样例合同001",
        "amount": 50000,
        "bank_card": BANK_CARD,
        "truthful": True,
    } | changes


def wedding(who: Citizen, other: Citizen, **changes: Any) -> dict[str, Any]:
    return {
        "groom_name": who.name,
        "groom_id_type": "id_card",
        "groom_id_number": who.id_number,
        "bride_name": other.name,
        "bride_id_type": "id_card",
        "bride_id_number": other.id_number,
        "phone": "13900000000",
    } | changes


async def application(who: Citizen, matter: str, form: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A body for POST /cases on the release that is live."""
    guide = await who.town.guide(matter)
    return {"matter": matter, "release": guide["release"], "form": form, **more}


async def apply(
    who: Citizen, matter: str, form: dict[str, Any], *, key: str | None = None, **more: Any
) -> dict[str, Any]:
    """The case that was opened."""
    body = await application(who, matter, form, **more)
    made = await who.call("POST", "/api/v1/cases", body, status=201, key=key or secrets.token_hex(8))
    return dict(made)


async def rent_case(who: Citizen) -> dict[str, Any]:
    """A case of the story's matter, face and contract included, waiting for people."""
    await who.show_face(f"submit:{RENT}")
    lease = await who.upload()
    return await apply(who, RENT, rent(), materials=[{"code": "lease", "upload": lease}])
