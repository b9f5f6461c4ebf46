/** Calls of `/operate/v1`: campaigns, audiences, reminder rules. */
import { read } from './api'
import type {
  Attribute,
  AudienceCount,
  CallOutcome,
  Campaign,
  CampaignPage,
  CampaignWords,
  MessageStory,
  PhoneCall,
  PushHealth,
  ReminderRule,
  SenderScore,
  Template,
} from './types'

const id = encodeURIComponent

export const campaigns = (cursor: string | null, signal?: AbortSignal) =>
  read<CampaignPage>(`/operate/v1/campaigns${cursor ? `?cursor=${id(cursor)}` : ''}`, { signal })

/** Those that may still tell somebody something. */
export const openCampaigns = (cursor: string | null, signal?: AbortSignal) =>
  read<CampaignPage>(`/operate/v1/campaigns?open=true${cursor ? `&cursor=${id(cursor)}` : ''}`, { signal })

export const campaign = (key: string, signal?: AbortSignal) =>
  read<Campaign>(`/operate/v1/campaigns/${id(key)}`, { signal })

export const createCampaign = (body: CampaignWords, key: string) =>
  read<Campaign>('/operate/v1/campaigns', { method: 'POST', body, key })

export const changeCampaign = (key: string, body: CampaignWords, version: number) =>
  read<Campaign>(`/operate/v1/campaigns/${id(key)}`, { method: 'PUT', body: { ...body, version } })

export const actOn = (key: string, act: string, version: number, note: string) =>
  read<Campaign>(`/operate/v1/campaigns/${id(key)}/${id(act)}`, { method: 'POST', body: { version, note } })

export const countAudience = (rule: string, signal?: AbortSignal) =>
  read<AudienceCount>('/operate/v1/audiences/count', { method: 'POST', body: { rule }, signal })

export const attributes = (signal?: AbortSignal) =>
  read<{ items: Attribute[] }>('/operate/v1/audiences/attributes', { signal })

export const reminderRules = (signal?: AbortSignal) =>
  read<{ items: ReminderRule[] }>('/operate/v1/reminder-rules', { signal })

export const putRule = (body: {
  id: string
  version: number
  days: number[]
  text: string
  active: boolean
  resume: boolean
  call_days: number | null
}) => read<ReminderRule>('/operate/v1/reminder-rules', { method: 'PUT', body })

export const decideOnRule = (key: string, act: 'approve' | 'reject', version: number) =>
  read<ReminderRule>(`/operate/v1/reminder-rules/${id(key)}/${act}`, { method: 'POST', body: { version } })

export const templates = (signal?: AbortSignal) => read<{ items: Template[] }>('/operate/v1/templates', { signal })

export const templateVersions = (key: string, signal?: AbortSignal) =>
  read<{ items: Template[] }>(`/operate/v1/templates/${id(key)}`, { signal })

export type TemplateWords = Pick<Template, 'name' | 'title' | 'body' | 'link' | 'reason'>

export const createTemplate = (body: TemplateWords, key: string) =>
  read<Template>('/operate/v1/templates', { method: 'POST', body, key })

export const changeTemplate = (key: string, body: TemplateWords & { version: number; retired?: boolean }) =>
  read<Template>(`/operate/v1/templates/${id(key)}`, { method: 'PUT', body })

export const scores = (signal?: AbortSignal) => read<{ items: SenderScore[] }>('/operate/v1/senders', { signal })

export const pushHealth = (signal?: AbortSignal) => read<PushHealth>('/operate/v1/push/health', { signal })

export const messageStory = (key: string, signal?: AbortSignal) =>
  read<MessageStory>(`/operate/v1/messages/${id(key)}`, { signal })

/** Where the figures of a campaign in full can be fetched by the browser itself. */
export const outcomesPath = (key: string) => `/operate/v1/campaigns/${id(key)}/outcomes`

export const phoneCalls = (cursor: string | null, signal?: AbortSignal) =>
  read<{ items: PhoneCall[]; next?: string | null }>(`/staff/v1/calls${cursor ? `?cursor=${id(cursor)}` : ''}`, { signal })

export const callNumber = (key: string) =>
  read<{ phone: string }>(`/staff/v1/calls/${id(key)}/number`, { method: 'POST' })

export const callDone = (key: string, outcome: CallOutcome, note: string) =>
  read<undefined>(`/staff/v1/calls/${id(key)}/done`, { method: 'POST', body: { outcome, note } })
