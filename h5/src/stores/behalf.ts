import { defineStore } from 'pinia'
import { ref } from 'vue'

const KEY = 'tf.behalf'

export interface Person {
  /** The delegation's id. */
  id: string
  /** Masked, as the server shows it. */
  name: string
}

function remembered(): Person | null {
  try {
    const value = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Partial<Person> | null
    if (value && /^[0-9a-f-]{36}$/.test(value.id ?? '') && value.name) return { id: value.id!, name: value.name }
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

  return { person, choose }
})
