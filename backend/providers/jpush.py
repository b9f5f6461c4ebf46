"""JPush: payloads by the `jpush` package's builders, the HTTP by our own client.

The package's own sending blocks, loses the rate headers, fetches a fresh cid for each batch (so a retry would push
twice) and fails on error pages; its builders check what may go into a payload. A push always carries a cid that was
stored before the first attempt: repeating it gives the first answer and pushes nothing (for one day).
Source: facts on providers §3.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import jpush
import msgspec
from jpush.push import payload as build

from backend.core.clients import Client, ProviderError, Response
from backend.providers.config import JPushConfig
from backend.providers.outcomes import CodeTable, Row

CODES = CodeTable(
    "jpush",
    {
        "1000": Row("unknown", "internal error: repeat with the same cid", 5.0),
        "1001": Row("permanent", "POST only"),
        "1002": Row("permanent", "a parameter is missing"),
        "1003": Row("permanent", "a parameter is not valid"),
        "1004": Row("auth", "app key or master secret wrong"),
        "1005": Row("permanent", "body too large"),
        "1008": Row("permanent", "app key not valid"),
        "1009": Row("permanent", "a key that is not supported"),
        "1011": Row("permanent", "no target matched: drop the device or alias"),
        "1012": Row("throttled", "timed pushes over the limit", 3600.0),
        "1020": Row("permanent", "HTTPS only"),
        "1030": Row("unknown", "internal timeout: repeat with the same cid", 5.0),
        "2002": Row("throttled", "frequency limit", 60.0),
        "2003": Row("auth", "app key is barred"),
        "2004": Row("auth", "address not in the allow-list"),
        "2005": Row("throttled", "volume too high", 60.0),
        "2006": Row("auth", "for VIP accounts only"),
        "2007": Row("auth", "no right to this interface"),
    },
    default="unknown",
)

MAX_TTL_S = 10 * 86400
_LIMITS = {"tag": 20, "tag_and": 20, "tag_not": 20, "alias": 1000, "registration_id": 1000}


class RateLimit(msgspec.Struct, frozen=True, kw_only=True):
    """What JPush says about our quota a minute; `reset_s` seconds until it starts anew."""

    quota: int
    remaining: int
    reset_s: int


class PushSent(msgspec.Struct, frozen=True, kw_only=True):
    """`msg_id` is what reports are asked with; `rate` is None when the headers were missing."""

    msg_id: str
    rate: RateLimit | None


class PushReport(msgspec.Struct, frozen=True, kw_only=True):
    """How many devices received a push; None: no data."""

    msg_id: str
    android: int | None
    ios_sent: int | None
    ios_received: int | None


class DeviceInfo(msgspec.Struct, frozen=True, kw_only=True):
    alias: str
    tags: tuple[str, ...]
    mobile: str


def notice(
    *,
    title: str,
    text: str,
    extras: Mapping[str, str],
    registration_ids: Sequence[str] = (),
    aliases: Sequence[str] = (),
    tags: Sequence[str] = (),
    ttl_s: int = 86400,
    apns_production: bool,
    collapse_id: str | None = None,
) -> dict[str, Any]:
    """The payload of a notification to devices, aliases or tags, without its cid.

    At least one target; ≤ 1000 ids or aliases, ≤ 20 tags. `ttl_s` 0 means only who is online, at most 10 days.
    Raises ValueError when a limit is broken.
    """
    selectors = []
    for name, values, selector in (
        ("registration_id", registration_ids, jpush.registration_id),
        ("alias", aliases, jpush.alias),
        ("tag", tags, jpush.tag),
    ):
        if values:
            if len(values) > _LIMITS[name]:
                raise ValueError(f"at most {_LIMITS[name]} of {name}")
            if name != "registration_id" and any(len(value.encode()) > 40 for value in values):
                raise ValueError(f"a {name} has at most 40 bytes")
            selectors.append(selector(*values))
    if not selectors:
        raise ValueError("a push needs a target; sending to everybody is not offered")
    if not 0 <= ttl_s <= MAX_TTL_S:
        raise ValueError("ttl_s is at most ten days")
    ios = build.ios(alert={"title": title, "body": text}, extras=dict(extras), thread_id=collapse_id or None)
    android = build.android(alert=text, title=title, extras=dict(extras))
    if len(msgspec.json.encode(ios)) > 2000 or len(msgspec.json.encode(android)) > 4000:
        raise ValueError("the notification is too large")
    # Written out because the documented default of the interface and that of the package differ.
    options: dict[str, Any] = {"time_to_live": ttl_s, "apns_production": apns_production}
    if collapse_id:
        options["apns_collapse_id"] = collapse_id
    return {
        "platform": build.platform("all"),
        "audience": build.audience(*selectors),
        "notification": build.notification(alert=text, ios=ios, android=android),
        "options": options,
    }


class JPush:
    """One JPush app. All methods raise ProviderError."""

    def __init__(
        self,
        config: JPushConfig,
        *,
        push: Client | None = None,
        report: Client | None = None,
        device: Client | None = None,
    ) -> None:
        self.config = config
        self.push_client = push or Client("jpush", config.push_url, timeout_s=config.timeout_s)
        self.report_client = report or Client("jpush", config.report_url, timeout_s=config.timeout_s)
        self.device_client = device or Client("jpush", config.device_url, timeout_s=config.timeout_s)
        pair = base64.b64encode(f"{config.app_key}:{config.master_secret}".encode()).decode()
        self._headers = {"Authorization": f"Basic {pair}"}

    async def cids(self, count: int) -> list[str]:
        """Fresh cids for `count` (1–1000) outbox rows, each valid for one day."""
        if not 1 <= count <= 1000:
            raise ValueError("1 to 1000 cids")
        data, _ = await self._call(
            self.push_client, "GET", "/v3/push/cid", "cid", params={"count": str(count), "type": "push"}
        )
        return [str(cid) for cid in data["cidlist"]]

    async def send(self, payload: Mapping[str, Any], *, cid: str) -> PushSent:
        """Push. Safe to repeat with the same cid within a day; it is repeated here on transport trouble.

        1011 (no target) is permanent: drop the device. 2002 and 429 are throttled until the quota's reset.
        """
        data, answer = await self._call(self.push_client, "POST", "/v3/push", "push", json={**payload, "cid": cid})
        return PushSent(msg_id=str(data["msg_id"]), rate=rate_limit(answer))

    async def received(self, msg_ids: Sequence[str]) -> list[PushReport]:
        """How often pushes were received; ≤ 100 ids, kept for a month."""
        if not 1 <= len(msg_ids) <= 100:
            raise ValueError("1 to 100 msg_ids")
        data, _ = await self._call(
            self.report_client,
            "GET",
            "/v3/received/detail",
            "received",
            params={"msg_ids": ",".join(msg_ids)},
        )
        return [
            PushReport(
                msg_id=str(item["msg_id"]),
                android=item.get("jpush_received"),
                ios_sent=item.get("ios_apns_sent"),
                ios_received=item.get("ios_apns_received"),
            )
            for item in data
        ]

    async def message_status(self, msg_id: str, registration_ids: Sequence[str]) -> dict[str, int]:
        """Per device: 0 delivered, 1 not yet, 2 not of this app, 3 not a target, 4 system error (VIP only)."""
        data, _ = await self._call(
            self.report_client,
            "POST",
            "/v3/status/message",
            "status",
            json={"msg_id": int(msg_id), "registration_ids": list(registration_ids)},
        )
        return {str(key): int(value["status"]) for key, value in data.items()}

    async def device(self, registration_id: str) -> DeviceInfo:
        data, _ = await self._call(self.device_client, "GET", f"/v3/devices/{registration_id}", "device")
        return DeviceInfo(
            alias=str(data.get("alias") or ""),
            tags=tuple(data.get("tags") or ()),
            mobile=str(data.get("mobile") or ""),
        )

    async def update_device(
        self,
        registration_id: str,
        *,
        alias: str | None = None,
        add_tags: Sequence[str] = (),
        remove_tags: Sequence[str] = (),
    ) -> None:
        """Set alias and tags of a device (≤ 100 tags a call). Safe to repeat."""
        body: dict[str, Any] = {} if alias is None else {"alias": alias}
        tags: dict[str, list[str]] = {}
        if add_tags:
            tags["add"] = list(add_tags)
        if remove_tags:
            tags["remove"] = list(remove_tags)
        if tags:
            body["tags"] = tags
        await self._call(self.device_client, "POST", f"/v3/devices/{registration_id}", "set_device", json=body)

    async def _call(
        self,
        client: Client,
        method: Literal["GET", "POST"],
        path: str,
        call: str,
        *,
        params: dict[str, str] | None = None,
        json: Any = None,
    ) -> tuple[Any, Response]:
        # Everything here may be repeated: reads, settings, and pushes that carry their cid.
        answer = await client.request(
            method, path, call=call, params=params, json=json, headers=self._headers, idempotent=True
        )
        if answer.status < 300:
            return (client.decode(answer, call) if answer.body.strip() else {}), answer
        data = client.decode(answer, call)
        error = data.get("error") if isinstance(data, dict) else None
        if not isinstance(error, dict) or "code" not in error:
            raise client.unreadable(answer, call)
        rate = rate_limit(answer)
        raise CODES.error(
            str(error["code"]),
            call=call,
            status=answer.status,
            retry_after=float(rate.reset_s) if rate and answer.status == 429 else answer.retry_after,
        )


def rate_limit(answer: Response) -> RateLimit | None:
    try:
        return RateLimit(
            quota=int(answer.headers["X-Rate-Limit-Quota"]),
            remaining=int(answer.headers["X-Rate-Limit-Remaining"]),
            reset_s=int(answer.headers["X-Rate-Limit-Reset"]),
        )
    except (KeyError, ValueError):
        return None


def drops_device(error: ProviderError) -> bool:
    """Whether a failure says that the target does not exist any more."""
    return error.provider == "jpush" and error.code == "1011"
