import { useComputed, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { alarmsByLine } from '../orders/alarms-of-lines.ts'
import type { Requests } from '../orders/requests.ts'
import { isAtRisk, isOpen, linesByRisk, type RiskyLine } from '../orders/risk.ts'
import { now } from '../state/clock.ts'
import { useZaitu } from '../zaitu.ts'

/** The list follows the clock once a minute, as that of all lines does. */
const MINUTE_MS = 60_000

export type WithLines = { id: string; name: string; open: RiskyLine[]; atRisk: number }

/** Open lines, what needs somebody first; asked for once, and live from then on. */
export const useOpenLines = (requests: Requests) => {
  const { book, world, socket } = useZaitu()
  const loaded = useSignal(false)
  const problem = useSignal<string | null>(null)
  const connected = socket.connection.value.state === 'open'
  useEffect(() => {
    let stopped = false
    void requests
      .orders(true, (items) => !stopped && book.put(items))
      .then((answer) => {
        if (stopped) return
        problem.value = answer.ok ? null : answer.message
        loaded.value = true
      })
    return () => {
      stopped = true
    }
  }, [connected])
  const minute = useComputed(() => Math.floor(now.value / MINUTE_MS))
  const lines = useComputed(() => {
    minute.value
    const alarms = alarmsByLine(world.openAlarms.value)
    return linesByRisk(book.orders.value.values(), now.peek(), alarms).filter(isOpen)
  })
  return { lines, loaded, problem }
}

/** The lots that these lines are of, by name. */
export const lotsOf = (lines: readonly RiskyLine[]): string[] =>
  [...new Set(lines.flatMap(({ line: { lot } }) => (lot === null ? [] : [lot])))].sort((a, b) => a.localeCompare(b))

/** The suppliers of these lines, with the one that has most at risk first. */
export const bySupplier = (lines: readonly RiskyLine[]): WithLines[] => {
  const found = new Map<string, WithLines>()
  for (const one of lines) {
    const { id, name } = one.line.supplier
    const known = found.get(id) ?? { id, name, open: [], atRisk: 0 }
    known.open.push(one)
    if (isAtRisk(one)) known.atRisk++
    found.set(id, known)
  }
  return [...found.values()].sort(
    (a, b) => b.atRisk - a.atRisk || b.open.length - a.open.length || a.name.localeCompare(b.name),
  )
}
