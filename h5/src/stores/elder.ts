import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

export type Mode = 'ordinary' | 'elder'
export type Size = 'large' | 'larger' | 'largest'

const KEY = 'tf.mode'
const SIZE = 'tf.size'

function kept<T extends string>(key: string, allowed: readonly T[]): T | null {
  try {
    const value = localStorage.getItem(key) as T | null
    return value !== null && allowed.includes(value) ? value : null
  } catch {
    return null // storage refused by the browser: the choice lasts for this visit
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // see `kept`
  }
}

/** 长辈版: one attribute on `html`; every size, space and colour follows from it by CSS variables. */
export const useElder = defineStore('elder', () => {
  const chosen = ref(kept<Mode>(KEY, ['ordinary', 'elder']))
  const size = ref<Size>(kept<Size>(SIZE, ['large', 'larger', 'largest']) ?? 'large')
  const mode = computed<Mode>(() => chosen.value ?? 'ordinary')
  const on = computed(() => mode.value === 'elder')
  /** True until somebody on this phone has chosen once: then the first page asks. */
  const undecided = computed(() => chosen.value === null)

  function apply(): void {
    document.documentElement.dataset['mode'] = mode.value
    document.documentElement.dataset['size'] = size.value
  }

  function choose(next: Mode): void {
    chosen.value = next
    keep(KEY, next)
    apply()
  }

  function resize(next: Size): void {
    size.value = next
    keep(SIZE, next)
    apply()
  }

  apply()
  return { mode, on, size, undecided, choose, resize }
})
