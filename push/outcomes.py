"""What became of messages, for whoever sent many: SQL over push's rows, joined by message, and previews."""

from __future__ import annotations

from collections.abc import Mapping

from backend.core import db
from backend.core.clients import ProviderError
from backend.core.clock import now
from backend.providers import wechat_fields
from push import texts
from push.texts import Content

_JOIN = (
    " LEFT JOIN (SELECT w.id FROM push_message w WHERE {waiting} AND w.plan_at IS NOT NULL) m ON m.id = {message}"
    " LEFT JOIN (SELECT d.message_id,"
    " bool_or(d.state IN ('sent', 'received', 'read')) AS sent, bool_or(d.state IN ('queued', 'claimed', 'retry')) AS"
    " open, bool_or(d.state = 'unknown') AS unknown, bool_or(d.state IN ('failed', 'expired')) AS failed,"
    " bool_or(d.state = 'stopped') AS stopped,"
    " CASE WHEN bool_or(d.state = 'stopped') THEN '任务终止前还没有发' ELSE coalesce(min(d.why) FILTER (WHERE"
    " d.state = 'skipped' AND (starts_with(d.why, '您关闭了') OR starts_with(d.why, '这类通知一'))),"
    " '没有能用的渠道，只放进消息列表') END AS skipped_why,"
    " (array_agg(coalesce(d.provider_code, d.why) ORDER BY d.updated_at DESC)"
    " FILTER (WHERE d.state IN ('failed', 'expired')))[1] AS failed_why,"
    " (array_agg(d.channel ORDER BY d.updated_at DESC) FILTER (WHERE d.state <> 'skipped'))[1] AS channel"
    " FROM push_delivery d WHERE {which} GROUP BY d.message_id) o ON o.message_id = {message}"
)
"""Joins `m`, the message `{message}` when it waits for its channels, and `o`, what became of its deliveries. Both are
read in one pass over an index, not once a person."""


def of_sender(message: str, param: str) -> str:
    """The join for all messages of a sending."""
    return _JOIN.format(message=message, waiting=f"w.sender = {param}", which=f"d.sender = {param}")


def of_messages(message: str, param: str) -> str:
    """The join for the messages in an array."""
    return _JOIN.format(
        message=message,
        waiting=f"w.id = ANY({param}::uuid[])",
        which=f"d.message_id = ANY({param}::uuid[])",
    )


OUTCOME = (
    "CASE WHEN m.id IS NOT NULL THEN 'waiting' WHEN o.sent THEN 'sent' WHEN o.open THEN 'waiting'"
    " WHEN o.unknown THEN 'unknown' WHEN o.stopped THEN 'skipped' WHEN o.failed THEN 'failed' ELSE 'skipped' END"
)
"""One word for a message over all its channels. `skipped` is told in the inbox alone."""


async def opted_out(sender: str) -> int:
    """How many switched such notices off from a message of this sending."""
    row = await db.fetch_one("SELECT count(*) AS n FROM push_opt_out WHERE sender = $1", sender)
    return int(row["n"]) if row else 0


def preview(kind: str, *, title: str, body: str, link: str | None) -> list[tuple[str, list[str], bool]]:
    """(channel, lines, cut) for each channel, as its template would show the words now."""
    content = Content(id="", kind=kind, title=title, body=body, link=link, data={}, created_at=now())
    template = texts.TEMPLATES[texts.OF_KIND[kind]]
    found: list[tuple[str, list[str], bool]] = [("inbox", [title, body], False)]
    wechat = texts.fill(template.wechat, content)
    try:
        fitted = list(wechat_fields.fit_all(wechat).values())
        found.append(("wechat", fitted, fitted != [" ".join(value.split()) for value in wechat.values()]))
    except ProviderError:
        found.append(("wechat", ["这些文字放不进微信的模板"], True))
    found.append(("alipay", *_cut(texts.fill(template.alipay, content), body)))
    found.append(("jpush", [title, body], False))
    found.append(("sms", *_cut(texts.fill(template.sms, content), title)))
    return found


def _cut(fields: Mapping[str, str], whole: str) -> tuple[list[str], bool]:
    lines = list(fields.values())
    return lines, " ".join(whole.split()) not in lines
