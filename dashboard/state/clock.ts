import { computed, signal } from '@preact/signals'

/** The time the page goes by, epoch milliseconds, once a second: ages and time left are read from it. */
export const now = signal(Date.now())

/** Since when we hear nothing ourselves, epoch ms; null while we do. */
export const deafSince = signal<number | null>(null)
/**
 * Up to when silence of a device can be told from our own: a lost connection of this page is one banner, not a thousand
 * shipments without contact.
 */
export const heardUpTo = computed(() => deafSince.value ?? now.value)

/** Starts the second hand. Returns what stops it. */
export const startClock = (): (() => void) => {
  now.value = Date.now()
  const timer = setInterval(() => {
    now.value = Date.now()
  }, 1000)
  return () => clearInterval(timer)
}
