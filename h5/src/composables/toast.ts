import { readonly, ref } from 'vue'

const text = ref('')
let timer: ReturnType<typeof setTimeout> | undefined

/** One short sentence at the bottom, also read aloud by screen readers. Long enough to be read slowly. */
export function toast(sentence: string): void {
  clearTimeout(timer)
  text.value = sentence
  timer = setTimeout(() => (text.value = ''), 2500 + sentence.length * 120)
}

export const useToast = () => readonly(text)
