"""What lies behind a mini-program on a phone: the network, the vendor's own servers, the files of the phone.

Requests leave from here, so that nothing of a browser (origin, cookies) is in them, as on a phone.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

import aiohttp

from tests.journeys.town import Citizen, Town

Platform = Literal["wechat", "alipay"]
# The address that both outputs are built with; the platforms let requests go to named hosts only.
API = "https://api.tianfu.example"


@dataclass(kw_only=True)
class Exchange:
    """One request of the mini-program and what came back; `status` None: nothing did."""

    method: str
    url: str
    headers: dict[str, str]
    body: Any
    page: str
    status: int | None = None
    answer: Any = None
    failed: str = ""

    def __str__(self) -> str:
        what = self.failed or f"{self.status} {json.dumps(self.answer, ensure_ascii=False)[:300]}"
        return f"{self.method} {self.url} (from {self.page}) → {what}"


@dataclass
class Host:
    """Answers `window.mpHost` for one phone of one person."""

    town: Town
    platform: Platform
    who: Citizen
    requests: list[Exchange] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    page: str = ""
    foreign: list[str] = field(default_factory=list)
    # opens a page of the web over the mini-program; None closes it
    show: Callable[[str | None], Awaitable[None]] | None = None
    _running: dict[str, asyncio.Task[Any]] = field(default_factory=dict)

    @property
    def login_name(self) -> str:
        """The account of this person on the platform."""
        return f"mini-{self.who.phone}"

    def keep(self, name: str, content: bytes) -> str:
        """A file on the phone; the path that the platform gives for it."""
        serial = len(self.files) + 1
        suffix = name.rpartition(".")[2]
        path = f"wxfile://tmp_{serial}.{suffix}" if self.platform == "wechat" else f"https://resource/{serial}.{suffix}"
        self.files[path] = content
        return path

    async def answer(self, text: str) -> str:
        order = json.loads(text)
        act = getattr(self, f"_{order.pop('kind')}")
        return json.dumps(await act(**order), ensure_ascii=False)

    def _address(self, url: str) -> str | None:
        if url.startswith(API + "/"):
            return self.town.url + url[len(API) :]
        if url.startswith(self.town.url + "/"):
            return url
        self.foreign.append(url)
        return None

    async def _request(
        self,
        id: str,
        url: str,
        method: str,
        headers: dict[str, Any],
        body: str | None,
        packed: str | None,
        timeout: float,
        outcome: str = "ok",
        seconds: float = 0,
    ) -> dict[str, Any]:
        content = base64.b64decode(packed) if packed is not None else None if body is None else body.encode()
        given: Any = body
        with contextlib.suppress(ValueError, TypeError):
            given = json.loads(body or "null")
        seen = Exchange(
            method=method,
            url=urlsplit(url)._replace(scheme="", netloc="").geturl(),
            headers={str(name): str(value) for name, value in headers.items()},
            body=given if packed is None else f"<{len(content or b'')} bytes>",
            page=self.page,
        )
        self.requests.append(seen)
        address = self._address(url)
        if address is None:
            seen.failed = "url not in domain list"
            return {"failed": seen.failed, "more": {"errno": 600002, "code": 4}}
        sent = {**seen.headers, "X-Forwarded-For": self.who.address}
        task = asyncio.ensure_future(self._send(method, address, sent, content, timeout / 1000, seconds))
        self._running[id] = task
        try:
            status, got, raw = await task
        except asyncio.CancelledError:
            seen.failed = "abort"
            return {"failed": "abort", "more": {"code": 9}}
        except TimeoutError:
            seen.failed = "timeout"
            return {"failed": "timeout", "more": {"errno": 5, "code": 13}}
        except aiohttp.ClientError as exc:
            seen.failed = str(exc)
            return {"failed": "", "more": {"errno": 600001, "code": 12}}
        finally:
            self._running.pop(id, None)
        seen.status = status
        with contextlib.suppress(ValueError):
            seen.answer = json.loads(raw)
        if outcome == "lost":  # it arrived there; the answer never came back
            seen.failed = "timeout"
            return {"failed": "timeout", "more": {"errno": 5, "code": 13}}
        return {"status": status, "headers": got, "packed": base64.b64encode(raw).decode()}

    async def _send(
        self, method: str, address: str, headers: dict[str, str], content: bytes | None, patience: float, slow: float
    ) -> tuple[int, dict[str, str], bytes]:
        """`slow` seconds pass before it is on its way, as on a weak network; `patience` counts from the start."""
        async with asyncio.timeout(patience):
            await asyncio.sleep(slow)
            async with self.town.http.request(method, address, data=content, headers=headers) as answer:
                raw = await answer.read()
                return answer.status, {name.lower(): value for name, value in answer.headers.items()}, raw

    async def _abort(self, id: str) -> None:
        if task := self._running.get(id):
            task.cancel()

    async def _upload(
        self, url: str, path: str, name: str, headers: dict[str, Any], form: dict[str, Any]
    ) -> dict[str, Any]:
        seen = Exchange(method="POST", url=url, headers=headers, body=f"<file {path}>", page=self.page)
        self.requests.append(seen)
        address = self._address(url)
        if address is None or path not in self.files:
            seen.failed = "url not in domain list" if address is None else "file not found"
            return {"failed": seen.failed}
        data = aiohttp.FormData()
        for key, value in form.items():
            data.add_field(key, str(value))
        data.add_field(name, self.files[path], filename=path.rpartition("/")[2])
        sent = {**{k: str(v) for k, v in headers.items()}, "X-Forwarded-For": self.who.address}
        sent = {k: v for k, v in sent.items() if k.lower() != "content-type"}
        async with self.town.http.post(address, data=data, headers=sent) as answer:
            text = await answer.text()
            seen.status = answer.status
            with contextlib.suppress(ValueError):
                seen.answer = json.loads(text)
            return {"text": text, "status": answer.status, "headers": dict(answer.headers)}

    async def _download(self, url: str, headers: dict[str, Any]) -> dict[str, Any]:
        address = self._address(url)
        if address is None:
            return {"failed": "url not in domain list"}
        sent = {**{k: str(v) for k, v in headers.items()}, "X-Forwarded-For": self.who.address}
        async with self.town.http.get(address, headers=sent) as answer:
            return {"path": self.keep("file.bin", await answer.read()), "status": answer.status}

    async def _read(self, path: str) -> dict[str, Any]:
        held = self.files.get(path)
        if held is None:
            return {"failed": "not found"}
        return {"packed": base64.b64encode(held).decode(), "size": len(held)}

    async def _web(self, url: str) -> None:
        address = self._address(url) if url else None
        if self.show is not None and (address or not url):
            await self.show(address)

    async def _login(self) -> dict[str, Any]:
        made = await self.town.control("POST", f"/{self.platform}/code", {"name": self.login_name})
        return {"code": made["code"]}

    async def _phone(self) -> dict[str, Any]:
        if self.platform == "wechat":
            return {"code": (await self.town.control("POST", "/wechat/code", {"phone": self.who.phone}))["code"]}
        # what my.getPhoneNumber gives is sealed for a server that opens it; ours has no such endpoint
        raise AssertionError("the platform was asked for a phone number on Alipay: order a refusal, or sign in by code")

    async def _face(self, outcome: str, **_params: Any) -> None:
        """The person before the camera: the vendor's server hears of it, not the mini-program."""
        heard = {"ok": "pass", "cancel": "cancel", "refuse": "cancel", "fail": "fail"}[outcome]
        await self.town.control("PUT", f"/face/{self.who.id_number}", {"outcome": heard, "times": 1})

    async def _pay(self, outcome: str, params: dict[str, Any]) -> None:
        """The vendor takes the money and notifies us; after `unknown` the phone hears nothing."""
        vendor = self.platform
        if outcome in ("ok", "unknown"):
            await self.town.control("POST", f"/pay/{vendor}/{self._order(params)}", {"result": "success"})

    def _order(self, params: dict[str, Any]) -> str:
        """Our number of the order whose ticket this is: it ends the address of the vendor's simulated counter."""
        ticket = str(params.get("tradeNO") or params.get("package"))
        for seen in reversed(self.requests):
            if ticket in json.dumps(seen.answer, ensure_ascii=False):
                return urlsplit(str(seen.answer["params"]["url"])).path.rpartition("/")[2]
        raise AssertionError(f"nothing that we answered holds the ticket {ticket}")
