import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

const KEY = 'tf.behalf'

export interface Person {
  /** The delegation's id, or the company's. */
  id: string
  /** True for a company. */
  company?: boolean
  /** As the server shows it: a person's is masked. */
  name: string
}

export function queryOf(person: Person | null): { on_behalf_of?: string; company?: string } {
  if (!person) return {}
  return person.company ? { company: person.id } : { on_behalf_of: person.id }
}

function remembered(): Person | null {
  try {
    const value = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Partial<Person> | null
    if (value && /^[0-9a-f-]{36}$/.test(value.id ?? '') && value.name) {
      return { id: value.id!, name: value.name, company: value.company === true }
    }
  } catch {
    // an unreadable memory is no memory
  }
  return null
}

/** For whom this tab applies; gone with the tab, so that nobody acts for another by forgetting. */
export const useBehalf = defineStore('behalf', () => {
  const person = ref<Person | null>(remembered())

  function choose(next: Person | null): void {
    person.value = next
    try {
      if (next) sessionStorage.setItem(KEY, JSON.stringify(next))
      else sessionStorage.removeItem(KEY)
    } catch {
      // storage refused by the browser: the choice lasts for this page
    }
  }

  /** What an act says of it to the server. */
  const query = computed(() => queryOf(person.value))

  return { person, choose, query }
})
