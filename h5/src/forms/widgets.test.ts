import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { describe, expect, it, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'

import FieldList from './FieldList.vue'
import { visible, type Faults, type Field, type Values } from './model'

vi.mock('@/regions', () => ({
  readRegions: () =>
    Promise.resolve([
      {
        code: '510000',
        name: '四川省',
        children: [{ code: '510100', name: '成都市', children: [{ code: '510107', name: '武侯区' }] }],
      },
      { code: '500000', name: '重庆市', children: [{ code: '500101', name: '万州区' }] },
    ]),
}))

const field = (name: string, widget: string, more: Partial<Field> = {}): Field => ({
  name,
  widget,
  title: `题目${name}`,
  required: false,
  ...more,
})

/** A form as a page holds it: what is filled decides what is shown. */
function show(fields: Field[], start: Values = {}, extra: { faults?: Faults; masks?: Record<string, string> } = {}) {
  const values = ref<Values>(start)
  const Host = defineComponent({
    setup: () => () =>
      h(FieldList, {
        fields,
        values: values.value,
        paths: visible(fields, values.value).paths,
        faults: extra.faults ?? {},
        masks: extra.masks ?? {},
        onChange: (next: Values) => (values.value = next),
      }),
  })
  const page = mount(Host, { global: { plugins: [createPinia()] }, attachTo: document.body })
  return { page, values, at: (test: string) => page.find(`[data-test="field-${test}"]`) }
}

const OPTIONS = [
  { value: 'rent', label: '租房' },
  { value: 'buy', label: '购房' },
]

describe('each widget gives what the server stores', () => {
  it.each<[string, string, string, unknown]>([
    ['text', '成都', 'a', '成都'],
    ['textarea', '一段话', 'a', '一段话'],
    ['name', '阿依木·沙马', 'a', '阿依木·沙马'],
    ['address', '样例路1号', 'a', '样例路1号'],
    ['money', '1,200.50', 'a', 1200.5],
    ['int', '3', 'a', 3],
    ['number', '0.5', 'a', 0.5],
    ['date', '2026-05-06', 'a', '2026-05-06'],
    ['month', '2026-05', 'a', '2026-05'],
    ['datetime', '2026-05-06T09:30', 'a', '2026-05-06T09:30'],
  ])('%s', async (widget, typed, name, stored) => {
    const { at, values } = show([field(name, widget)])
    await at(name).setValue(typed)
    expect(values.value[name]).toEqual(stored)
  })

  it.each([
    ['phone', '138 0000-0001', '13800000001'],
    ['id_number', '11010519491231002x', '11010519491231002X'],
    ['bankcard', '6222 0212 3456 7890 128', '6222021234567890128'],
    ['uscc', '91510100ma00000000', '91510100MA00000000'],
    ['plate', '川a12345', '川A12345'],
  ])('%s loses what people type between the digits', async (widget, typed, stored) => {
    const { at, values } = show([field('a', widget)])
    await at('a').setValue(typed)
    await at('a').trigger('blur')
    expect(values.value['a']).toBe(stored)
  })

  it('a number that is not one yet stays as typed, and an emptied one is nothing', async () => {
    const { at, values } = show([field('a', 'money')])
    await at('a').setValue('12.')
    expect(values.value['a']).toBe('12.')
    await at('a').setValue('')
    expect(values.value['a']).toBeNull()
  })

  it('a few choices lie open, many are a menu', async () => {
    const few = show([field('a', 'select', { options: OPTIONS })])
    await few.at('a-buy').setValue(true)
    expect(few.values.value['a']).toBe('buy')
    const options = Array.from({ length: 9 }, (_, at) => ({ value: `v${at}`, label: `第${at}` }))
    const many = show([field('b', 'select', { options })])
    await many.at('b').setValue('v7')
    expect(many.values.value['b']).toBe('v7')
  })

  it('several choices keep the order of the options', async () => {
    const { at, values } = show([field('a', 'multiselect', { options: OPTIONS })])
    await at('a-buy').setValue(true)
    await at('a-rent').setValue(true)
    expect(values.value['a']).toEqual(['rent', 'buy'])
    await at('a-buy').setValue(false)
    expect(values.value['a']).toEqual(['rent'])
  })

  it.each(['bool', 'commitment'])('%s is yes or no', async (widget) => {
    const { at, values } = show([field('a', widget)])
    await at('a').setValue(true)
    expect(values.value['a']).toBe(true)
    await at('a').setValue(false)
    expect(values.value['a']).toBe(false)
  })

  it('a region is the county’s code, or the city’s without one', async () => {
    const { at, values } = show([field('a', 'region')])
    await flushPromises()
    await at('a-city').setValue('510100')
    expect(values.value['a']).toBe('510100')
    await at('a-county').setValue('510107')
    expect(values.value['a']).toBe('510107')
    await at('a-county').setValue('510100')
    expect(values.value['a']).toBe('510100')
  })

  it('a list grows, is filled row by row, and shrinks', async () => {
    const fields = [field('rows', 'list', { max: 2, children: [field('n', 'text')] })]
    const { page, at, values } = show(fields)
    await page.find('[data-test="add-rows"]').trigger('click')
    await page.find('[data-test="add-rows"]').trigger('click')
    expect(page.find('[data-test="add-rows"]').exists()).toBe(false)
    await at('rows.0.n').setValue('甲')
    await at('rows.1.n').setValue('乙')
    expect(values.value['rows']).toEqual([{ n: '甲' }, { n: '乙' }])
    await page.find('[data-test="remove-rows.0"]').trigger('click')
    expect(values.value['rows']).toEqual([{ n: '乙' }])
  })

  it('a group is an object', async () => {
    const { at, values } = show([field('home', 'group', { children: [field('street', 'text')] })])
    await at('home.street').setValue('样例路')
    expect(values.value['home']).toEqual({ street: '样例路' })
  })
})

describe('a form', () => {
  it('shows a question once its condition holds', async () => {
    const condition = { op: '==', args: [{ var: 'form.kind', type: 'string' }, { value: 'rent' }] }
    const { at } = show([field('kind', 'select', { options: OPTIONS }), field('rent', 'money', { show_if: condition })])
    expect(at('rent').exists()).toBe(false)
    await at('kind-rent').setValue(true)
    expect(at('rent').exists()).toBe(true)
  })

  it('shows what the state knows masked, and lets nobody change what is locked', () => {
    const fields = [
      field('name', 'name', { prefill: 'citizen.name', readonly: true }),
      field('phone', 'phone', { prefill: 'citizen.phone', required: true }),
    ]
    const { at } = show(fields, {}, { masks: { name: '张*', phone: '138****0001' } })
    expect((at('name').element as HTMLInputElement).value).toBe('张*')
    expect((at('name').element as HTMLInputElement).readOnly).toBe(true)
    expect((at('phone').element as HTMLInputElement).value).toBe('138****0001')
    expect((at('phone').element as HTMLInputElement).readOnly).toBe(false)
  })

  it('ties labels, hints and faults to their control', () => {
    const { page, at } = show([field('a', 'text', { required: true, hint: '例如 1' })], {}, { faults: { a: '请填写' } })
    const input = at('a').element as HTMLInputElement
    expect(page.find(`label[for="${input.id}"]`).text()).toContain('题目a')
    expect(input.getAttribute('aria-invalid')).toBe('true')
    const described = (input.getAttribute('aria-describedby') ?? '').split(' ')
    expect(described.map((id) => document.getElementById(id)?.textContent)).toEqual(['例如 1', '请填写'])
  })

  it('bounds days as the server does', () => {
    const { at } = show([field('a', 'date', { min: '2020-01-01', max: '2026-12-31' })])
    expect(at('a').attributes()).toMatchObject({ min: '2020-01-01', max: '2026-12-31' })
  })
})
