/** What the staff endpoints take and give. */
export type State =
  | 'submitted'
  | 'correcting'
  | 'accepted'
  | 'in_review'
  | 'special'
  | 'approved'
  | 'refused'
  | 'delivered'
  | 'closed'
  | 'not_accepted'
  | 'withdrawn'
  | 'transferred'

export type QueueName = 'open' | 'mine' | 'done' | 'overdue'
export type Act = 'take' | 'accept' | 'correct' | 'decide' | 'transfer' | 'not_accept'

export interface Clock {
  due_at: string | null
  days_left: number | null
  unit: 'workday' | 'day' | null
  suspended: boolean
  light: 'none' | 'green' | 'yellow' | 'red'
  text: string
}

export interface Staff {
  username: string
  display_name: string
  roles: string[]
  regions: string[]
}

export interface StaffSession {
  expires_at: string
  csrf: string
  staff: Staff
}

export interface QueueCard {
  number: string
  matter_name: string
  applicant: string
  region: string
  state: State
  state_text: string
  submitted_at: string
  clock: Clock
  handler: string | null
  urged: number
}

export interface QueuePage {
  items: QueueCard[]
  next: string | null
  counts: Record<string, number>
}

export interface TimelineEntry {
  at: string
  kind: string
  title: string
  text: string
  who: string
}

export interface FormLine {
  field: string
  title: string
  text: string
}

export interface MissingItem {
  code: string
  name: string
  reason: string
}

export interface CaseMaterial {
  code: string
  name: string
  upload: string | null
  license: string | null
  file_name: string | null
  size: number | null
}

export interface CaseResult {
  outcome: 'approved' | 'refused'
  reason: string | null
  appeal: string | null
  license: string | null
  license_name: string | null
  details: Record<string, unknown>
}

export interface StaffCase {
  number: string
  matter: string
  matter_name: string
  release: string
  region: string
  applicant: string
  applicant_phone: string | null
  state: State
  state_text: string
  submitted_at: string
  clock: Clock
  handler: string | null
  mine: boolean
  timeline: TimelineEntry[]
  form: FormLine[]
  materials: CaseMaterial[]
  material_choices: MissingItem[]
  missing: MissingItem[]
  result: CaseResult | null
  can: Act[]
}

export interface FollowUp {
  id: string
  case_number: string
  matter_name: string
  level: number
  comment: string | null
  state: 'open' | 'contacted' | 'mended' | 'closed'
  contact_due: string
  mend_due: string
  reply: string | null
}

export interface FollowUpPage {
  items: FollowUp[]
  next: string | null
}

export interface Region {
  code: string
  name: string
  short: string
  kind: string
  children: Region[]
}
