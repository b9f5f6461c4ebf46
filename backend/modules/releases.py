"""A release from upload to the reviewer: signed by the team, judged by the checker. The review is in `reviews`."""

from __future__ import annotations

import asyncio
import base64
import hashlib

import asyncpg
import msgspec

from backend.core import audit, db
from backend.core.errors import FieldProblem, InvalidPayload
from backend.core.sessions import Principal
from backend.core.tasks import Task, enqueue
from backend.modules import release_rows as rows
from backend.modules import rights, sources, teams
from backend.modules.errors import BundleRefused, KeyRefused, ReleaseNotFound
from backend.modules.examine import Verdict, examine
from backend.modules.models import Release
from backend.modules.schemas import ReleaseOut
from backend.modules.states import RELEASE, move
from backend.sdk import adopt, bundle, sign
from backend.sdk.findings import Finding, has_errors
from backend.sdk.manifest import bundle_from_json

_signatures = msgspec.json.Decoder(sign.Signature)


def _fault(code: str, file: str, message: str, mend: str) -> Finding:
    return Finding(severity="error", code=code, file=file, message=message, mend=mend)


def refused(findings: list[Finding]) -> BundleRefused:
    """The answer that carries every finding, for people (`errors`) and programs (`context.findings`)."""
    errors = sum(item.severity == "error" for item in findings)
    return BundleRefused(
        f"{errors} 处错误，改好后重新打包提交",
        errors=[
            FieldProblem(
                field=item.file if item.line is None else f"{item.file}:{item.line}",
                code=item.code,
                message=item.message + (f"（{item.mend}）" if item.mend else ""),
            )
            for item in findings
            if item.severity == "error"
        ],
        context={"findings": msgspec.to_builtins(findings)},
    )


async def upload(who: Principal, data: bytes, signature: bytes) -> tuple[ReleaseOut, bool]:
    """Take a signed bundle as a draft; (release, whether it is new). The same bundle again is the same release.

    Raises InvalidPayload, KeyRefused, NotYourRegion, and BundleRefused with every finding; then nothing is written.
    """
    try:
        made = _signatures.decode(signature)
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        problem = FieldProblem(field="signature", code="format", message="应为 modules sign 写出的签名文件")
        raise InvalidPayload(errors=[problem]) from exc
    key = await teams.active(made.key_id)
    read = await asyncio.to_thread(_read, data, made, key["public_key"])
    if read.findings:
        raise refused(read.findings)
    known = await db.fetch_one(
        "SELECT id FROM modules_release WHERE digest = $1 AND team_id = $2",
        hashlib.sha256(data).digest(),
        key["team_id"],
    )
    if known is not None:
        return await read_one(who, str(known["id"])), False
    verdict = await examine(read.files, await _live_version(read.files))
    if verdict.module:
        rights.require_regions(who, verdict.regions)
    findings = [*verdict.findings, *await _claims(verdict, key["team_id"], sign.digest(data))]
    if has_errors(findings):
        raise refused(findings)
    findings = await _origin(verdict)
    if has_errors(findings):
        raise refused(findings)
    verdict.findings += findings
    return await _keep(who, verdict, data, made, key["team_id"])


def _read(data: bytes, signature: sign.Signature, public_key: str) -> bundle.Unpacked:
    """The container, with what is wrong with its signature in front."""
    read = bundle.read(data)
    try:
        sign.verify(data, signature, sign.load_public(public_key))
    except sign.SignatureWrong as exc:
        wrong = (
            _fault("bundle.digest", ".", "摘要和模块包对不上，模块包被改动过", "重新打包并签名")
            if exc.code == "digest"
            else _fault("bundle.signature", ".", "签名不是这把密钥做的", "用登记过的密钥重新签名")
        )
        read.findings.insert(0, wrong)
    return read


async def _live_version(files: dict[str, bytes]) -> str | None:
    """The live version of the module that a bundle says it is; the checker tells when it says nothing readable."""
    import tomllib

    try:
        name = tomllib.loads(files.get("module.toml", b"").decode("utf-8"))["id"]
    except (ValueError, KeyError, RecursionError):
        return None
    if not isinstance(name, str) or len(name) > 64 or "\x00" in name:
        return None
    row = await db.fetch_one(
        "SELECT r.version FROM modules_rollout o JOIN modules_release r ON r.id = o.release_id"
        " WHERE o.module_id = $1 AND o.state = 'live'",
        name,
    )
    return row["version"].partition("+")[0] if row else None


async def _claims(verdict: Verdict, team: str, digest: str) -> list[Finding]:
    """Whether the team may speak for this module, and whether the version is free."""
    if not verdict.module:
        return []
    found: list[Finding] = []
    hosted = await db.fetch_one("SELECT owners FROM modules_module WHERE id = $1", verdict.module)
    owners: list[str] = msgspec.json.decode(hosted["owners"]) if hosted else verdict.owners
    if team not in verdict.owners or team not in owners:
        message = f"签名的团队 {team} 不是模块 {verdict.module} 的负责团队"
        found.append(_fault("module.owner", "module.toml", message, "换模块 id，或请现在的负责团队在 owners 里加上"))
    row = await db.fetch_one(
        "SELECT state, digest, team_id FROM modules_release WHERE module_id = $1 AND version = $2",
        verdict.module,
        verdict.version,
    )
    if row is not None and row["state"] != "draft" and bytes(row["digest"]).hex() != digest:
        message = f"版本 {verdict.version} 已经提交过"
        found.append(_fault("module.version_exists", "module.toml", message, "提交过的版本不能改，升版本号"))
    return found


async def _origin(verdict: Verdict) -> list[Finding]:
    """Whether a module that says it was adopted is what it says, as far as this host knows the origin."""
    bundle = bundle_from_json(base64.b64decode(verdict.content))
    origin = bundle.module.origin
    if origin is None:
        return []
    named = f"{origin.module}@{origin.version}"
    try:
        source = await sources.content(origin.module, origin.version)
    except ReleaseNotFound:
        message = f"平台上没有 {named}，来源没有核对"
        mend = "核对来源和版本；来源不在本平台时请审核的人留意"
        return [
            Finding(severity="warning", code="module.origin_unknown", file="module.toml", message=message, mend=mend)
        ]
    shared = adopt.restricted(source, {matter.code for matter in bundle.matters})
    if adopt.digest(shared) == origin.digest or (origin.changed and adopt.digest(source) == origin.digest):
        return []
    message = f"[origin] 的摘要和平台上的 {named} 对不上"
    return [_fault("module.origin_digest", "module.toml", message, "用 modules adopt 重新采用，不要手改 [origin]")]


async def _keep(
    who: Principal, verdict: Verdict, data: bytes, signature: sign.Signature, team: str
) -> tuple[ReleaseOut, bool]:
    digest = hashlib.sha256(data).digest()
    async with db.transaction():
        await rights.lock(verdict.module)
        claims = await _claims(verdict, team, digest.hex())  # again, now that nobody else can change them
        if claims:
            raise refused(claims)
        row = await Release.get_or_none(module_id=verdict.module, version=verdict.version)
        if row is not None and bytes(row.digest) == digest:
            return (await rows.shown(who, [await rows.get(str(row.id))]))[0], False
        if row is not None:
            await row.delete()  # a draft that was never submitted gives way to its successor
        await db.execute(
            "INSERT INTO modules_module (id, name, owners, created_at) VALUES ($1, $2, $3::jsonb, now())"
            " ON CONFLICT (id) DO NOTHING",
            verdict.module,
            verdict.name,
            msgspec.json.encode(verdict.owners).decode(),
        )
        made = await Release.create(
            module_id=verdict.module,
            version=verdict.version,
            state="draft",
            digest=digest,
            content=base64.b64decode(verdict.content),
            terms=base64.b64decode(verdict.terms),
            matters=verdict.matters,
            findings=msgspec.to_builtins(verdict.findings),
            published_by=who.id,
            team_id=team,
            key_id=signature.key_id,
            bundle=data,
            signature=signature.signature,
        )
        await audit.record(
            who, "modules.uploaded", "release", str(made.id), module=verdict.module, digest=digest.hex(), team=team
        )
    return (await rows.shown(who, [await rows.get(str(made.id))]))[0], True


async def read_one(who: Principal, release_id: str) -> ReleaseOut:
    """Raises ReleaseNotFound, NotYourRegion."""
    return (await rows.shown(who, [await rights.release_of(who, release_id)]))[0]


async def submit(who: Principal, release_id: str, check: Task) -> ReleaseOut:
    """Ask for review; the checker runs once more in the background (`check`). Raises WrongState."""
    async with db.transaction():
        await rows.act(who, release_id, "submit", submitted_by=who.id)
        enqueue(check, release_id)
    return await read_one(who, release_id)


async def check(release_id: str) -> None:
    """The worker's part: judge the stored bundle against what is live now, and pass it on to a reviewer."""
    async with db.transaction():
        row = await db.fetch_one(
            "SELECT state FROM modules_release WHERE id = $1 FOR UPDATE", rights.identifier(release_id)
        )
        if row is None or row["state"] not in ("submitted", "checking"):
            return
        await rows.put(release_id, move(RELEASE, row["state"], "check"))
    row = await rows.get(release_id)
    findings = await _judge(row)
    async with db.transaction():
        await rights.lock(row["module_id"])
        again = await rows.get(release_id)
        if again["state"] != "checking":
            return
        act = "fail" if has_errors(findings) else "pass"
        await rows.put(release_id, move(RELEASE, "checking", act), findings=msgspec.json.encode(findings).decode())
        await audit.record(None, f"modules.check_{act}ed", "release", release_id, findings=len(findings))


async def _judge(row: asyncpg.Record) -> list[Finding]:
    data = bytes(row["bundle"])
    signature = sign.Signature(key_id=row["key_id"], digest=bytes(row["digest"]).hex(), signature=row["signature"])
    try:
        key = await teams.active(row["key_id"])
    except KeyRefused as exc:
        return [_fault("bundle.key", ".", exc.detail or exc.title, "用有效的密钥重新签名，升版本号后提交")]
    unpacked = await asyncio.to_thread(_read, data, signature, key["public_key"])
    if unpacked.findings:
        return unpacked.findings
    return (await examine(unpacked.files, await _live_version(unpacked.files))).findings


async def retire(who: Principal, release_id: str) -> ReleaseOut:
    """Give a release up for good. Raises WrongState, also while citizens get it."""
    async with db.transaction():
        row = await rights.release_of(who, release_id)
        await rights.lock(row["module_id"])
        used = await db.fetch_one(
            "SELECT 1 FROM modules_rollout WHERE release_id = $1 AND state IN ('scheduled', 'gray', 'paused', 'live')",
            row["id"],
        )
        if used is not None:
            move(RELEASE, "in use", "retire")
        await rows.act(who, release_id, "retire")
    return await read_one(who, release_id)
