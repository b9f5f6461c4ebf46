"""What a rule for an audience may know of a citizen, as SQL over identity's own rows (`c` is the citizen).

Only what stands here can be asked, and nothing here is sealed: counting people opens nobody's data.
"""

from __future__ import annotations

PEOPLE = "identity_citizen c"
LIVING = "c.merged_into IS NULL AND c.closed_at IS NULL"

ATTRIBUTES: dict[str, tuple[str, str, str]] = {
    "citizen.age": (
        "int",
        # the month of birth alone is kept: a year is counted from the month after the birthday's on, never too early
        "extract(year FROM age({today}, (c.birth_month + interval '1 month')::date))::bigint",
        "周岁（按出生年月，满岁的次月起算；没有实名的不知道）",
    ),
    "citizen.region": ("string", "c.region", "本人选择的地区代码，成都及其区县用 citizen.region.startsWith('5101')"),
    "citizen.level": ("int", "c.level::bigint", "认证等级：1 已登录，2 已实名"),
    "citizen.elder": ("bool", "c.elder", "是否使用长辈版"),
}
"""Name → (type, SQL, what it means). `{today}` is replaced by the parameter that holds the day."""
