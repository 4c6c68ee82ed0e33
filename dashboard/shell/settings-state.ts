import { signal } from '@preact/signals'

/** Whether the display settings are open: the bar's button shows them, and so does the account page. */
export const settingsShown = signal(false)
export const showSettings = (): void => {
  settingsShown.value = true
}
export const closeSettings = (): void => {
  settingsShown.value = false
}
