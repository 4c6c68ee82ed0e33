import { signal } from '@preact/signals'
import type { Alarm } from '../../server/model/alarm.ts'

export type Toast = { id: string; alarm: Alarm | null; text: string }

const STAY_MS = 15_000
const MOST = 3

/** Short notes at the edge of the page. A critical alarm stays until somebody deals with it, all others leave. */
export const createToasts = () => {
  const shown = signal<readonly Toast[]>([])
  /** how many were pushed out by newer ones, while some are shown */
  const hidden = signal(0)
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  let count = 0

  const drop = (id: string): void => {
    clearTimeout(timers.get(id))
    timers.delete(id)
    shown.value = shown.value.filter((toast) => toast.id !== id)
    if (shown.value.length === 0) hidden.value = 0
  }
  const add = (toast: Toast, stays: boolean): void => {
    const others = shown.value.filter((other) => other.id !== toast.id)
    // the oldest note that is not critical makes room
    const leaving =
      others.length < MOST ? undefined : (others.find((other) => other.alarm?.priority !== 'critical') ?? others[0])
    if (leaving !== undefined) {
      drop(leaving.id)
      hidden.value++
    }
    shown.value = [...shown.value.filter((other) => other.id !== toast.id), toast]
    if (!stays)
      timers.set(
        toast.id,
        setTimeout(() => drop(toast.id), STAY_MS),
      )
  }

  return {
    shown,
    hidden,
    drop,
    raise(alarm: Alarm) {
      // what is over already asks nobody to run
      if (alarm.retrospective && alarm.priority !== 'critical') return
      add({ id: alarm.id, alarm, text: '' }, alarm.priority === 'critical')
    },
    say(text: string) {
      add({ id: `say-${++count}`, alarm: null, text }, false)
    },
    clear() {
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
      shown.value = []
      hidden.value = 0
    },
  }
}
export type Toasts = ReturnType<typeof createToasts>
