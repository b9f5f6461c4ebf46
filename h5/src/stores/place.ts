import { defineStore } from 'pinia'
import { ref } from 'vue'

const KEY = 'tf.region'
/** The whole province, until somebody chooses. */
const PROVINCE = { code: '510000', name: '四川省' }

interface Place {
  code: string
  name: string
}

function remembered(): Place {
  try {
    const value = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Partial<Place> | null
    if (value && /^\d{6}$/.test(value.code ?? '') && value.name) return { code: value.code!, name: value.name }
  } catch {
    // an unreadable memory is no memory
  }
  return PROVINCE
}

/** The region whose matters are shown; remembered on this phone. */
export const usePlace = defineStore('place', () => {
  const first = remembered()
  const code = ref(first.code)
  const name = ref(first.name)

  function choose(next: Place): void {
    code.value = next.code
    name.value = next.name
    try {
      localStorage.setItem(KEY, JSON.stringify(next))
    } catch {
      // storage refused by the browser: the choice lasts for this visit
    }
  }

  return { code, name, choose }
})
