/** The state of one application while it is filled in: what is shown, what is kept, what is sent. */
import { computed, ref, shallowRef } from 'vue'

import { api, type Schemas } from '@/api/call'
import { ApiError } from '@/api/problem'
import { newKey } from '@/lib/key'
import { readRegions, regionName, type Region } from '@/lib/regions'
import { useElder } from '@/stores/elder'
import { usePlace } from '@/stores/place'
import { useSession } from '@/stores/session'
import { check } from '@h5/forms/check'
import { today } from '@h5/forms/days'
import { holds } from '@h5/forms/expressions'
import { faultsOf, filled, outgoing, record, rows, stepOfFault, stepsOf, visible, type Faults, type Field, type Values } from '@h5/forms/model'

import { drop, keep, restore, send, type Draft } from './drafts'

type Given = Schemas['DraftMaterial']
export type Kept = '' | '正在保存…' | '已自动保存' | '网络不好，已保存在这部手机上' | '这部手机存不下了，请不要关闭页面'
export interface ScreenOf {
  kind: 'form' | 'materials' | 'booking' | 'confirm'
  title: string
  fields: Field[]
}

const PAUSE = 900

/** True when region `code` lies in `area`: a province code means everywhere below, a city code its counties. */
function covers(area: string, code: string): boolean {
  const size = area.slice(2) === '0000' ? 2 : area.slice(4) === '00' ? 4 : 6
  return area.slice(0, size) === code.slice(0, size)
}

export function useForm(guide: Schemas['Guide'], prefill: Schemas['Prefill']) {
  const session = useSession()
  const place = usePlace()
  const elder = useElder()
  const fields = guide.ui as unknown as Field[]
  const masks: Record<string, string> = {}
  for (const item of prefill.items) masks[item.field] = item.masked
  const owner = session.session?.phone ?? session.session?.name ?? ''

  const values = ref<Values>({})
  const materials = ref<Given[]>([])
  const booking = ref<Schemas['Booking'] | null>(null)
  const at = ref(0)
  const faults = ref<Faults>({})
  const materialFaults = ref<Record<string, string>>({})
  const others = ref<string[]>([])
  const changes = ref<string[]>([])
  const restored = ref(false)
  const kept = ref<Kept>('')
  const regions = shallowRef<Region[]>([])
  const made = shallowRef<Schemas['CaseOut'] | null>(null)
  let key = newKey()
  let latest: Draft | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let ended = false

  /** What the state already knows, as rules see it; stars stay stars, no rule looks at those. */
  const known: Values = {}
  for (const item of prefill.items) if (item.field.indexOf('.') < 0) known[item.field] = item.value
  const all = computed<Values>(() => ({ ...known, ...values.value }))
  const seen = computed(() => visible(fields, all.value))
  const wanted = computed(() =>
    guide.materials.filter((item) => item.source !== 'onsite' && item.source !== 'generated' && holds(item.show_if, seen.value.answers)),
  )
  const parts = computed(() => stepsOf(fields, elder.on ? 3 : 6))
  const screens = computed<ScreenOf[]>(() => {
    const list: ScreenOf[] = parts.value.steps
      .filter((step) => step.fields.some((field) => seen.value.paths.has(field.name)))
      .map((step) => ({ kind: 'form' as const, ...step }))
    if (wanted.value.length > 0) list.push({ kind: 'materials', title: '上传材料', fields: [] })
    if (guide.kind === 'book') list.push({ kind: 'booking', title: '选择时间', fields: [] })
    list.push({ kind: 'confirm', title: '确认并提交', fields: parts.value.commitments })
    return list
  })
  const screen = computed(() => screens.value[Math.min(at.value, screens.value.length - 1)]!)

  async function start(): Promise<void> {
    readRegions()
      .then((tree) => (regions.value = tree))
      .catch(() => undefined) // only names: codes are shown without them
    const found = await restore(guide.id, owner)
    if (!found) return
    const { draft } = found
    values.value = draft.form
    materials.value = draft.materials
    booking.value = draft.booking
    at.value = Math.min(draft.step, screens.value.length - 1)
    if (draft.key) key = draft.key
    restored.value = Object.keys(draft.form).length + draft.materials.length > 0
    changes.value = found.changes
  }

  function save(): void {
    if (ended) return
    const draft: Draft = {
      owner,
      release: guide.release,
      form: values.value,
      materials: materials.value,
      booking: booking.value,
      step: at.value,
      key,
      savedAt: Date.now(),
      synced: false,
    }
    latest = draft
    kept.value = keep(guide.id, draft) ? '正在保存…' : '这部手机存不下了，请不要关闭页面'
    clearTimeout(timer)
    timer = setTimeout(() => void flush(), PAUSE)
  }

  async function flush(): Promise<void> {
    clearTimeout(timer)
    const draft = latest
    if (!draft || draft.synced || ended) return
    try {
      await send(guide.id, draft)
      if (latest !== draft) return
      draft.synced = true
      keep(guide.id, draft)
      kept.value = '已自动保存'
    } catch {
      if (latest === draft) kept.value = keep(guide.id, draft) ? '网络不好，已保存在这部手机上' : '这部手机存不下了，请不要关闭页面'
    }
  }

  function change(name: string, value: unknown): void {
    // A fault goes away when its field changes, not when another one does.
    const left: Faults = {}
    for (const path of Object.keys(faults.value)) if (path.split('.')[0] !== name) left[path] = faults.value[path]!
    faults.value = left
    values.value = { ...values.value, [name]: value }
    save()
  }

  function addMaterial(item: Given): void {
    materials.value = [...materials.value, item]
    const left = { ...materialFaults.value }
    delete left[item.code]
    materialFaults.value = left
    save()
  }
  function removeMaterial(item: Given): void {
    materials.value = materials.value.filter((other) => other.upload !== item.upload)
    save()
  }
  function book(next: Schemas['Booking']): void {
    booking.value = next
    faults.value = {}
    save()
  }

  /** Checks the open page; true when it may be left forwards. */
  function pass(): boolean {
    const { kind } = screen.value
    if (kind === 'form' || kind === 'confirm') {
      faults.value = check(screen.value.fields, fields, all.value, today())
      return Object.keys(faults.value).length === 0
    }
    if (kind === 'materials') {
      const missing: Record<string, string> = {}
      for (const item of wanted.value) {
        const spared = prefill.ready[item.code] !== undefined || item.source === 'department'
        const has = materials.value.some((given) => given.code === item.code)
        if (item.need === 'required' && !spared && !has) missing[item.code] = `请上传${item.name}`
      }
      materialFaults.value = missing
      return Object.keys(missing).length === 0
    }
    if (booking.value === null) faults.value = { booking: '请选择日期和时段' }
    return booking.value !== null
  }

  function move(to: number): void {
    at.value = Math.max(0, Math.min(to, screens.value.length - 1))
    others.value = []
    save()
  }

  /** Sends it once. Faults go to their fields and the page moves there; everything else is thrown. */
  async function submit(): Promise<Schemas['CaseOut'] | null> {
    await flush()
    const codes = wanted.value.map((item) => item.code)
    try {
      made.value = await api.post('/api/v1/cases', {
        body: {
          matter: guide.id,
          release: guide.release,
          form: outgoing(fields, all.value),
          materials: materials.value
            .filter((item) => codes.indexOf(item.code) >= 0)
            .map(({ code, upload, license }) => ({ code, upload, license })),
          booking: booking.value,
          region: guide.regions.some((area) => covers(area, place.code)) ? place.code : null,
        },
        key,
      })
    } catch (error) {
      if (!(error instanceof ApiError) || error.faults.length === 0 || error.code === 'cases.not_eligible') throw error
      const sorted = faultsOf(error.faults)
      faults.value = sorted.faults
      others.value = sorted.others
      const step = parts.value.steps[stepOfFault(parts.value.steps, sorted.faults)]
      let target = step ? screens.value.findIndex((item) => item.fields === step.fields) : -1
      if (target < 0 && error.code === 'cases.materials_invalid') target = screens.value.findIndex((item) => item.kind === 'materials')
      if (target < 0 && error.faults.some((fault) => fault.field.indexOf('booking') === 0))
        target = screens.value.findIndex((item) => item.kind === 'booking')
      if (target < 0) throw error
      at.value = target
      return null
    }
    ended = true
    clearTimeout(timer)
    drop(guide.id)
    await api.delete('/api/v1/drafts/{matter}', { path: { matter: guide.id } }).catch(() => undefined) // only clutter now
    return made.value
  }

  /** What is to be sent, a line a field, to be read once more. */
  const lines = computed(() => {
    const found: { path: string; title: string; text: string }[] = []
    const label = (field: Field, value: unknown) => field.options?.find((one) => one.value === value)?.label ?? String(value)
    const text = (field: Field, value: unknown): string => {
      if (value === true) return '是'
      if (value === false) return '否'
      if (Array.isArray(value)) return value.map((one) => label(field, one)).join('、')
      if (field.widget === 'region') return regionName(regions.value, String(value))
      return field.widget === 'money' ? `${String(value)} 元` : label(field, value)
    }
    const walk = (nodes: Field[], given: Values, prefix: string, shown: boolean) => {
      for (const field of nodes) {
        const path = prefix + field.name
        if ((!shown && !seen.value.paths.has(path)) || parts.value.commitments.includes(field)) continue
        const value = given[field.name] ?? field.default
        if (field.widget === 'group') walk(field.children ?? [], record(value), `${path}.`, shown)
        else if (field.widget === 'list') rows(value).forEach((row, index) => walk(field.children ?? [], row, `${path}.${index}.`, true))
        else if (masks[path] && value === known[field.name]) found.push({ path, title: field.title, text: masks[path]! })
        else if (filled(value)) found.push({ path, title: field.title, text: text(field, value) })
      }
    }
    walk(fields, all.value, '', false)
    return found
  })

  function stop(): void {
    void flush()
  }
  return {
    fields, masks, values, all, seen, materials, booking, at, screen, screens, faults, materialFaults, others, changes,
    restored, kept, wanted, lines, start, change, addMaterial, removeMaterial, book, pass, move, submit, flush, stop,
  }
}
