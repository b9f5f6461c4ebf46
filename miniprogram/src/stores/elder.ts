import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

import { platform } from '@/platform'

const KEY = 'tf.mode'
/** Platforms name their letter sizes in pixels; from here on a person has asked for larger ones. */
const LARGE = 19

type Mode = 'ordinary' | 'elder'

/** 长辈版: one class on every page. The person's own choice wins, then the account's, then the platform's letters. */
export const useElder = defineStore('elder', () => {
  const kept = uni.getStorageSync(KEY) as string
  const chosen = ref<Mode | null>(kept === 'elder' || kept === 'ordinary' ? kept : null)
  const large = ref(platform.fontSize() >= LARGE)
  const account = ref(false)
  const on = computed(() => (chosen.value ? chosen.value === 'elder' : account.value || large.value))

  function choose(next: Mode): void {
    chosen.value = next
    try {
      uni.setStorageSync(KEY, next)
    } catch {
      // storage full: the choice lasts until the program is closed
    }
  }

  return { on, chosen, account, choose }
})
