import { onScopeDispose, ref } from 'vue'

/** Reads text aloud in Chinese where the browser can; `able` is false where it cannot, and then no button is shown. */
export function useSpeak() {
  const able = 'speechSynthesis' in window && typeof SpeechSynthesisUtterance === 'function'
  const speaking = ref(false)

  function stop(): void {
    if (able) speechSynthesis.cancel()
    speaking.value = false
  }

  function speak(text: string): void {
    if (!able) return
    stop()
    const words = new SpeechSynthesisUtterance(text.replace(/\s+/g, ' ').slice(0, 3000))
    words.lang = 'zh-CN'
    words.rate = 0.9
    words.onend = () => (speaking.value = false)
    words.onerror = () => (speaking.value = false)
    speaking.value = true
    speechSynthesis.speak(words)
  }

  onScopeDispose(stop)
  return { able, speaking, speak, stop }
}
