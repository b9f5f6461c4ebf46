import { defineStore } from 'pinia'
import { ref } from 'vue'

import { api, got } from '@/api/client'

import { useSession } from './session'

const FRESH = 60_000

/** How many messages are unread, for the tab; asked at most once a minute. */
export const useInbox = defineStore('inbox', () => {
  const unread = ref(0)
  let asked = 0

  async function peek(): Promise<void> {
    const session = useSession()
    try {
      await session.ready()
      if (!session.signedIn) {
        unread.value = 0
        return
      }
      if (Date.now() - asked < FRESH) return
      asked = Date.now()
      unread.value = (await got(api.GET('/api/v1/messages', { params: { query: { limit: 1 } } }))).unread
    } catch {
      asked = 0 // the badge is a hint: without the network there is none
    }
  }

  return { unread, peek }
})
