/** Calls of `/publish/v1`: modules, their releases, rollouts, switches, teams and keys. */
import { read } from './api'
import type {
  DepartmentKeys,
  Differences,
  Health,
  Module,
  ModulePage,
  Preview,
  Release,
  Rollout,
  RolloutStep,
  SwitchWords,
  Team,
  TeamPage,
  WaitingPage,
} from './types'

const id = encodeURIComponent
const P = '/publish/v1'

/** States of releases, rollouts, switches and keys, as people read them. */
export const STATES: Record<string, string> = {
  draft: '草稿',
  submitted: '已提交',
  checking: '检查中',
  in_review: '待审核',
  approved: '已通过',
  rejected: '已退回',
  retired: '已作废',
  scheduled: '待开始',
  gray: '灰度中',
  live: '已上线',
  paused: '已暂停',
  rolled_back: '已回退',
  replaced: '已被替换',
  on: '正常',
  guide_only: '只看指南',
  off: '停办',
}

export const KEY_STATES: Record<string, string> = {
  proposed: '等另一位管理员同意',
  active: '在用',
  retired: '已换新',
  revoked: '已吊销',
}

export const modules = (after: string, signal?: AbortSignal) =>
  read<ModulePage>(`${P}/modules${after ? `?after=${id(after)}` : ''}`, { signal })

export const waiting = (cursor: string | null, signal?: AbortSignal) =>
  read<WaitingPage>(`${P}/releases${cursor ? `?cursor=${id(cursor)}` : ''}`, { signal })

export const moduleOf = (key: string, signal?: AbortSignal) => read<Module>(`${P}/modules/${id(key)}`, { signal })

export const healthOf = (key: string, hours: number, signal?: AbortSignal) =>
  read<Health>(`${P}/modules/${id(key)}/health?hours=${hours}`, { signal })

export const releaseOf = (key: string, signal?: AbortSignal) => read<Release>(`${P}/releases/${id(key)}`, { signal })

export const differencesOf = (key: string, start: number, signal?: AbortSignal) =>
  read<Differences>(`${P}/releases/${id(key)}/differences?start=${start}`, { signal })

export const actOnRelease = (key: string, act: string, attempt: string, body?: unknown) =>
  read<Release>(`${P}/releases/${id(key)}/${id(act)}`, { method: 'POST', key: attempt, body })

export const rollOut = (body: { release: string; steps: RolloutStep[]; start_at?: string }, attempt: string) =>
  read<Rollout>(`${P}/rollouts`, { method: 'POST', key: attempt, body })

export const actOnRollout = (key: string, act: string, reason: string, attempt: string) =>
  read<Rollout>(`${P}/rollouts/${id(key)}/${id(act)}`, { method: 'POST', key: attempt, body: { reason } })

export const setSwitch = (module: string, body: SwitchWords) =>
  read<Module>(`${P}/switches/${id(module)}`, { method: 'PUT', body })

export const teams = (after: string, signal?: AbortSignal) =>
  read<TeamPage>(`${P}/teams${after ? `?after=${id(after)}` : ''}`, { signal })

export const teamOf = (key: string, signal?: AbortSignal) => read<Team>(`${P}/teams/${id(key)}`, { signal })

export const createTeam = (body: { id: string; name: string }, attempt: string) =>
  read<Team>(`${P}/teams`, { method: 'POST', key: attempt, body })

export const addKey = (team: string, publicKey: string, attempt: string) =>
  read<Team>(`${P}/teams/${id(team)}/keys`, { method: 'POST', key: attempt, body: { public_key: publicKey } })

export const agreeToKey = (team: string, key: string, attempt: string) =>
  read<Team>(`${P}/teams/${id(team)}/keys/${id(key)}/agree`, { method: 'POST', key: attempt })

export const revokeKey = (team: string, key: string, reason: string, attempt: string) =>
  read<Team>(`${P}/teams/${id(team)}/keys/${id(key)}/revoke`, { method: 'POST', key: attempt, body: { reason } })

/** A path of the citizens' site that shows a release for an hour. */
export const previewOf = (key: string, attempt: string) =>
  read<Preview>(`${P}/releases/${id(key)}/preview`, { method: 'POST', key: attempt })

export const departmentKeysOf = (module: string, signal?: AbortSignal) =>
  read<DepartmentKeys>(`${P}/modules/${id(module)}/department-keys`, { signal })

export const addDepartmentKey = (module: string, publicKey: string, attempt: string) =>
  read<DepartmentKeys>(`${P}/modules/${id(module)}/department-keys`, {
    method: 'POST',
    key: attempt,
    body: { public_key: publicKey },
  })

export const actOnDepartmentKey = (module: string, key: string, act: 'confirm' | 'revoke', attempt: string, reason = '') =>
  read<DepartmentKeys>(`${P}/modules/${id(module)}/department-keys/${id(key)}/${act}`, {
    method: 'POST',
    key: attempt,
    ...(act === 'revoke' ? { body: { reason } } : {}),
  })

/** Codes or names between any marks people put: 510104、510105 or a, b. */
export const listOf = (text: string) => text.split(/[\s,，、;；+]+/).filter((part) => part !== '')

/** Who sees a release at a step, in words. */
export function stepText(step: RolloutStep, nameOf: (code: string) => string): string {
  const regions = step.regions ?? []
  const cohorts = step.cohorts ?? []
  const share = step.percent ?? (cohorts.length > 0 ? 0 : 100)
  const where = regions.length > 0 ? regions.map(nameOf).join('、') : '全部地区'
  const parts = share === 0 ? [] : [share === 100 ? `${where}的所有人` : `${where}的 ${share}%`]
  if (cohorts.length > 0) parts.push(`试用组 ${cohorts.join('、')}`)
  return `${parts.join('，和') || '没有人'}，${holdText(step.hold_s ?? 3600)}`
}

export function holdText(seconds: number): string {
  if (seconds >= 86_400 && seconds % 86_400 === 0) return `看 ${seconds / 86_400} 天`
  if (seconds >= 3_600 && seconds % 3_600 === 0) return `看 ${seconds / 3_600} 小时`
  if (seconds >= 60 && seconds % 60 === 0) return `看 ${seconds / 60} 分钟`
  return `看 ${seconds} 秒`
}

export const percentText = (share: number | null) => (share === null ? '—' : `${(share * 100).toFixed(1)}%`)
