/** A failure as a handler reads it: a sentence, what to do now, and the number to name when asking for help. */
import { asProblem, type ApiError } from '@/api/problem'

export interface Explained {
  title: string
  advice: string
  faults: string[]
  requestId: string | null
  tone: 'error' | 'warning'
}

const ADVICE: Record<string, string> = {
  'cases.not_found': '请核对办件编号；也可能它已转到别的地区，不在您负责的范围内。',
  'cases.taken': '已为您重新载入，请看由谁领取；如需接手，请与对方联系后由对方转办。',
  'cases.wrong_state': '已为您重新载入最新情况，请看时间线后再决定下一步。',
  'cases.corrected_before': '补正告知依法只能一次。请按现有材料作出受理、准予或不予的决定。',
  'cases.not_yours': '请先点“领取”，或联系现在的经办人。',
  'cases.handled_elsewhere': '请到部门自己的业务系统办理，结果会自动回到这里。',
  'cases.region_unknown': '请换一个能办理这个事项的地区。',
  'cases.file_missing': '申请人还没有传完这个文件，请过一会儿再看。',
  'cases.upload_not_found': '文件可能已被申请人替换，请刷新页面。',
  'ratings.follow_up_done': '已为您重新载入，请看别的同事写的答复。',
  'identity.staff_sign_in_failed': '请核对用户名和密码；动态码约每 30 秒换一个，刚用过的请等下一个再试。',
  'identity.forbidden': '您的岗位没有这项权限。如需要，请联系管理员调整。',
  'identity.csrf': '请重新登录后再试，已填写的内容还在。',
  'identity.session_expired': '请重新登录，登录后回到现在的页面。',
  'identity.not_signed_in': '请登录后继续。',
  'http.idempotency_conflict': '请关闭这个窗口，重新打开后再提交。',
}

const BY_STATUS: Record<number, string> = {
  400: '请刷新页面后重试；还是不行，请把编号告诉技术支持。',
  403: '您的岗位没有这项权限。如需要，请联系管理员调整。',
  404: '请返回列表重新打开。',
  409: '请重新载入后再试。',
  413: '请减少内容后再试。',
  422: '请按下面的提示修改后再提交。',
  429: '请稍等再试。',
}

function waiting(seconds: number): string {
  return seconds < 60 ? `请 ${Math.ceil(seconds)} 秒后再试。` : `请 ${Math.ceil(seconds / 60)} 分钟后再试。`
}

function adviceOf(problem: ApiError): string {
  if (problem.code === 'net.offline') return '请检查网络后重试，已填写的内容还在页面上。'
  if (problem.code === 'net.timeout') return '请重新载入，看看是否已经办成，再决定要不要重做。'
  if (problem.retryAfter !== null) return waiting(problem.retryAfter)
  const known = ADVICE[problem.code] ?? BY_STATUS[problem.status]
  if (known !== undefined) return known
  if (problem.passing) return '系统或部门接口正在恢复，请过几分钟再试。'
  if (problem.code === 'page.fault') return '请刷新页面；还是不行，请联系技术支持。'
  return '请稍后再试；还是不行，请把编号告诉技术支持。'
}

const FIELDS: Record<string, string> = {
  username: '用户名',
  password: '密码',
  otp: '动态码',
  reason: '原因',
  note: '说明',
  right_office: '应当办理的单位',
  region: '地区',
  reply: '答复',
  missing: '补正内容',
}

/** `missing.2.reason` becomes 补正内容第 3 项原因. */
function fieldText(field: string): string {
  return field
    .split('.')
    .map((part) => (/^\d+$/.test(part) ? `第 ${Number(part) + 1} 项` : (FIELDS[part] ?? part)))
    .join('')
}

export function explain(error: unknown): Explained {
  const problem = asProblem(error)
  // The sentence that comes with a lost connection speaks to citizens about their phone.
  const local = problem.status <= 0
  const title =
    local || !problem.detail || problem.detail === problem.title
      ? problem.title
      : `${problem.title}：${problem.detail}`
  return {
    title,
    advice: adviceOf(problem),
    faults: problem.faults.map((fault) => (fault.field ? `${fieldText(fault.field)}：${fault.message}` : fault.message)),
    requestId: problem.requestId,
    tone: local || problem.status === 409 || problem.status === 429 || problem.passing ? 'warning' : 'error',
  }
}
