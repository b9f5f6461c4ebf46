import { readonly, ref } from 'vue'

const online = ref(navigator.onLine)
addEventListener('online', () => (online.value = true))
addEventListener('offline', () => (online.value = false))

/** What the browser says about the network; false is certain, true is a hope. */
export const useOnline = () => readonly(online)
