import { computed, signal } from '@preact/signals'
import { theme } from './preferences.ts'

const systemDark = signal(false)

/** Whether the page is dark now: what was chosen, else what the device says. */
export const dark = computed(() => (theme.value === 'auto' ? systemDark.value : theme.value === 'dark'))

/** Follows the device. Returns what ends it. */
export const startAppearance = (): (() => void) => {
  const query = matchMedia('(prefers-color-scheme: dark)')
  const onChange = (): void => {
    systemDark.value = query.matches
  }
  onChange()
  query.addEventListener('change', onChange)
  return () => query.removeEventListener('change', onChange)
}
