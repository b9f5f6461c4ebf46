/** What an element of the platform says in its `detail.value`; the types of Vue know only the browser's events. */
export const valueOf = (event: unknown): string => String((event as { detail: { value: unknown } }).detail.value ?? '')
