"""What 国办函〔2026〕12号 forbids government apps, in every text of a module and in its own pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend.sdk.check.context import Context
from backend.sdk.findings import Finding

SOURCE = "国办函〔2026〕12号"

# 积分落户, 积分入学 and 居住证积分 are matters of their own.
_check_in = re.compile("签到|打卡|连签")
_points = re.compile(
    "(?<!居住证)(?<!落户)(?<!入户)积分(?!落户|入户|入学|居住|管理|申请|指标)|积分(?:奖励|兑换|商城)|排行榜|抽奖"
)
_online_time = re.compile("在线时长|(?:使用|停留|浏览)时长(?:排|奖|达到|统计)")
_forced_login = re.compile("强制(?:登录|注册)|登录(?:以?后|才)(?:才?能|才?可|方可)?(?:查看|浏览|阅读|看到)")
_forwarding = re.compile(
    "强制(?:转发|关注|投票|分享)|转发(?:到|给|至).{0,6}(?:群|好友|朋友圈)|邀请好友|拉票|集赞|(?:分享|转发|关注|投票)后(?:才能|方可|才可)"
)


def _banned(context: Context, pattern: re.Pattern[str], code: str, mend: str) -> Iterator[Finding]:
    for owner, path, text in context.words:
        found = pattern.search(text)
        if found:
            yield context.error(owner, path, code, f"不允许的做法：{found.group()}", f"{mend}（{SOURCE}）")
    for name, text in context.page_words:
        found = pattern.search(text)
        if found:
            yield Finding(
                severity="error",
                code=code,
                file=name,
                line=text.count("\n", 0, found.start()) + 1,
                message=f"不允许的做法：{found.group()}",
                mend=f"{mend}（{SOURCE}）",
            )


def nobody_checks_in(context: Context) -> Iterator[Finding]:
    yield from _banned(context, _check_in, "ban.check_in", "去掉签到和打卡")


def nobody_collects_points(context: Context) -> Iterator[Finding]:
    yield from _banned(context, _points, "ban.points", "去掉积分、排行和抽奖")


def nobody_is_counted_by_time(context: Context) -> Iterator[Finding]:
    yield from _banned(context, _online_time, "ban.online_time", "去掉在线时长的统计和奖励")


def nobody_must_sign_in_to_read(context: Context) -> Iterator[Finding]:
    yield from _banned(context, _forced_login, "ban.forced_login", "看指南不要登录，办理时才认证")


def nobody_must_forward(context: Context) -> Iterator[Finding]:
    yield from _banned(context, _forwarding, "ban.forwarding", "去掉转发、关注、邀请和投票的要求")


def a_link_needs_no_level(context: Context) -> Iterator[Finding]:
    """What only guides and links has nothing to be signed in for."""
    for matter in context.matters:
        if matter.kind == "link" and matter.level != "none":
            message = f"只有指南和链接，却要求 {matter.level}"
            yield context.error(matter, "level", "ban.level", message, f'删去 level，或写 "none"（{SOURCE}）')
