/** What the staff endpoints take and give, by short names. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']

export type Clock = Schemas['Clock']
export type StaffSession = Schemas['StaffSessionOut']
export type QueueName = NonNullable<Schemas['StaffCasesQuery']['queue']>
export type QueueCard = Schemas['StaffCaseCard']
export type QueuePage = Schemas['StaffCaseList']
export type StaffCase = Schemas['StaffCaseOut']
export type Act = StaffCase['can'][number]
export type TimelineEntry = Schemas['TimelineEntry']
export type FormLine = Schemas['FormLine']
export type MissingItem = Schemas['MissingItem']
export type CaseMaterial = Schemas['CaseMaterial']
export type Region = Schemas['RegionOut']
export type FollowUp = Schemas['FollowUpOut']
export type FollowUpPage = Schemas['FollowUpList']
export type Campaign = Schemas['CampaignOut']
export type CampaignPage = Schemas['CampaignList']
export type CampaignWords = Schemas['CampaignPut']
export type AudienceCount = Schemas['AudienceCount']
export type Attribute = Schemas['AttributeOut']
export type ReminderRule = Schemas['RuleOut']
export type Member = Schemas['MemberOut']
export type Enrolment = Schemas['EnrolmentOut']
export type SetupCode = Schemas['SetupCode']
