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
  const kept = uni.getStorageSync(KEY) as Partial<Place> | ''
  return kept && /^\d{6}$/.test(kept.code ?? '') && kept.name ? { code: kept.code!, name: kept.name } : PROVINCE
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
      uni.setStorageSync(KEY, next)
    } catch {
      // storage full: the choice lasts until the program is closed
    }
  }

  return { code, name, choose }
})
