import { signal } from '@preact/signals'

/** The time the page goes by, epoch milliseconds, once a second: ages and time left are read from it. */
export const now = signal(Date.now())

/** Starts the second hand. Returns what stops it. */
export const startClock = (): (() => void) => {
  now.value = Date.now()
  const timer = setInterval(() => {
    now.value = Date.now()
  }, 1000)
  return () => clearInterval(timer)
}
