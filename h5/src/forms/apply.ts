/** The state of one application while it is filled in: what is shown, what is kept, what is sent. */
import { computed, reactive, ref, shallowRef } from 'vue'

import { api, got, keyed, type Schemas } from '@/api/client'
import { ApiError } from '@/api/problem'
import { newKey } from '@/composables/key'
import { Autosave, draftServer, phoneOnly, restore } from '@/drafts/autosave'
import { queryOf, type Person } from '@/stores/behalf'
import { useElder } from '@/stores/elder'
import { usePlace } from '@/stores/place'
import { useSession } from '@/stores/session'

import { check } from './check'
import { today } from './days'
import { holds } from './expressions'
import { faultsOf, outgoing, stepOfFault, stepsOf, visible, type Faults, type Field, type Values } from './model'

type Given = Schemas['DraftMaterial']
export type Screen = { kind: 'form' | 'materials' | 'booking' | 'confirm'; title: string; fields: Field[] }

/** True when region `code` lies in `area`: a province code means everywhere below, a city code its counties. */
export function covers(area: string, code: string): boolean {
  const size = area.endsWith('0000') ? 2 : area.endsWith('00') ? 4 : 6
  return area.slice(0, size) === code.slice(0, size)
}

export function useApply(guide: Schemas['Guide'], prefill: Schemas['Prefill'], behalf: Person | null = null) {
  const session = useSession()
  const place = usePlace()
  const elder = useElder()
  const fields = guide.ui as unknown as Field[]
  const masks = Object.fromEntries(prefill.items.map((item) => [item.field, item.masked]))
  const owner = `${session.session?.phone ?? ''}${behalf ? `>${behalf.id}` : ''}`
  const server = behalf ? phoneOnly : draftServer

  const values = ref<Values>({})
  const materials = ref<Given[]>([])
  const booking = ref<Schemas['Booking'] | null>(null)
  const at = ref(0)
  const faults = ref<Faults>({})
  const materialFaults = ref<Record<string, string>>({})
  const others = ref<string[]>([])
  const notice = reactive({ restored: false, changes: [] as string[] })
  const uploading = reactive(new Set<string>())
  const done = shallowRef<Schemas['CaseOut'] | null>(null)
  const save = new Autosave(server)
  let key = newKey()

  const answers = computed(() => visible(fields, { ...known(), ...values.value }))
  const wanted = computed(() =>
    guide.materials.filter(
      (item) => !['onsite', 'generated'].includes(item.source) && holds(item.show_if, answers.value.answers),
    ),
  )
  const parts = computed(() => stepsOf(fields, elder.on ? 3 : 6))
  const screens = computed<Screen[]>(() => {
    const list: Screen[] = parts.value.steps
      .filter((step) => step.fields.some((field) => answers.value.paths.has(field.name)))
      .map((step) => ({ kind: 'form', ...step }))
    if (wanted.value.length > 0) list.push({ kind: 'materials', title: '上传材料', fields: [] })
    if (guide.kind === 'book') list.push({ kind: 'booking', title: '选择时间', fields: [] })
    list.push({ kind: 'confirm', title: '确认并提交', fields: parts.value.commitments })
    return list
  })
  const screen = computed(() => screens.value[Math.min(at.value, screens.value.length - 1)]!)

  /** What the state already knows, as rules see it; stars stay stars, no rule looks at those. */
  function known(): Values {
    const result: Values = {}
    for (const item of prefill.items) if (!item.field.includes('.')) result[item.field] = item.value
    return result
  }

  async function start(): Promise<void> {
    const kept = await restore(guide.id, owner, server)
    if (!kept) return
    values.value = kept.draft.form
    materials.value = kept.draft.materials
    booking.value = kept.draft.booking
    at.value = Math.min(kept.draft.step, screens.value.length - 1)
    if (kept.draft.key) key = kept.draft.key
    notice.restored = Object.keys(kept.draft.form).length + kept.draft.materials.length > 0
    notice.changes = kept.changes
    save.kept.value = kept.draft.synced ? 'server' : 'phone'
  }

  function keep(): void {
    void save.change({
      matter: guide.id,
      owner,
      release: guide.release,
      form: values.value,
      materials: materials.value,
      booking: booking.value,
      step: at.value,
      key,
    })
  }

  function change(next: Values): void {
    // A fault goes away when its field changes, not when another one does.
    for (const name of Object.keys(faults.value)) {
      const top = name.split('.')[0]!
      if (next[top] !== values.value[top]) delete faults.value[name]
    }
    values.value = next
    keep()
  }

  function addMaterial(item: Given): void {
    materials.value = [...materials.value, item]
    delete materialFaults.value[item.code]
    keep()
  }

  function removeMaterial(item: Given): void {
    materials.value = materials.value.filter((other) => other !== item)
    keep()
  }

  function book(next: Schemas['Booking']): void {
    booking.value = next
    delete faults.value['booking']
    keep()
  }

  function missingMaterials(): Record<string, string> {
    const result: Record<string, string> = {}
    for (const item of wanted.value) {
      const spared = prefill.ready[item.code] !== undefined || item.source === 'department'
      const has = materials.value.some((given) => given.code === item.code)
      if (item.need === 'required' && !spared && !has) result[item.code] = `请上传${item.name}`
    }
    return result
  }

  /** Checks the open page; true when it may be left forwards. */
  function pass(): boolean {
    const { kind } = screen.value
    if (kind === 'form' || kind === 'confirm') {
      const found = check(screen.value.fields, fields, { ...known(), ...values.value }, today())
      faults.value = found
      return Object.keys(found).length === 0
    }
    if (kind === 'materials') {
      materialFaults.value = missingMaterials()
      return Object.keys(materialFaults.value).length === 0 && uploading.size === 0
    }
    if (booking.value === null) faults.value = { booking: '请选择日期和时段' }
    return booking.value !== null
  }

  function go(to: number): void {
    at.value = Math.max(0, Math.min(to, screens.value.length - 1))
    others.value = []
    keep()
  }

  function body(): Schemas['CaseCreate'] {
    const codes = new Set(wanted.value.map((item) => item.code))
    const region = guide.regions.some((area) => covers(area, place.code)) ? place.code : null
    return {
      matter: guide.id,
      release: guide.release,
      form: outgoing(fields, { ...known(), ...values.value }),
      materials: materials.value
        .filter((item) => codes.has(item.code))
        .map(({ code, upload, license }) => ({ code, upload, license })),
      booking: booking.value,
      region,
      ...queryOf(behalf),
    }
  }

  /** Sends it once. Faults go to their fields and the page moves there; everything else is thrown. */
  async function submit(): Promise<Schemas['CaseOut'] | null> {
    await save.flush()
    try {
      done.value = await got(api.POST('/api/v1/cases', { body: body(), headers: keyed(key) }))
    } catch (error) {
      if (!(error instanceof ApiError) || error.faults.length === 0) throw error
      const sorted = faultsOf(error.faults)
      faults.value = sorted.faults
      others.value = sorted.others.length > 0 ? sorted.others : []
      if (error.code === 'cases.not_eligible') throw error
      let target = stepOfFault(parts.value.steps, sorted.faults)
      if (target >= 0) {
        const wantedStep = parts.value.steps[target]!
        target = screens.value.findIndex((item) => item.title === wantedStep.title && item.fields === wantedStep.fields)
      } else if (error.code === 'cases.materials_invalid') {
        target = screens.value.findIndex((item) => item.kind === 'materials')
      } else if (error.faults.some((fault) => fault.field.startsWith('booking'))) {
        target = screens.value.findIndex((item) => item.kind === 'booking')
      }
      if (target < 0) throw error
      at.value = target
      return null
    }
    await save.end(guide.id, { onServer: true }).catch(() => undefined) // the case exists: an old draft is only clutter
    return done.value
  }

  async function startOver(): Promise<void> {
    await server.drop(guide.id)
    values.value = {}
    materials.value = []
    booking.value = null
    at.value = 0
    key = newKey()
    notice.restored = false
    notice.changes = []
    keep()
  }

  return {
    fields,
    masks,
    values,
    materials,
    booking,
    at,
    screen,
    screens,
    faults,
    materialFaults,
    others,
    notice,
    uploading,
    answers,
    wanted,
    kept: save.kept,
    start,
    change,
    addMaterial,
    removeMaterial,
    book,
    pass,
    go,
    submit,
    startOver,
    flush: () => save.flush(),
    stop: () => save.stop(),
  }
}
