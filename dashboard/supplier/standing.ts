import type { StageState } from '../../server/model/order.ts'
import type { SupplierLine, SupplierMilestoneSaid } from '../../server/model/supplier-link.ts'

/** What was said on this phone and waits, or was refused: its body as it will be sent. `key` makes sending it twice harmless. */
export type Queued = {
  key: string
  /** whose link it was said by: buyer/supplier */
  scope: string
  orderId: string
  line: string
  body: Omit<SupplierMilestoneSaid, 'at' | 'key' | 'saidAt'> & { at: string; key: string; saidAt?: string }
  /** epoch ms */
  saidAt: number
  /** it may have arrived though no answer came */
  tried: boolean
  /** why the server does not take it; it is not tried again */
  problem: string | null
}

const apply = (stages: readonly StageState[], { body }: Queued): StageState[] =>
  stages.map((state) => {
    if (state.stage !== body.stage) return state
    if (body.classifier === 'estimated') return { ...state, estimatedAt: body.at, actualAt: null }
    if (body.classifier === 'planned') return { ...state, plannedAt: body.at, estimatedAt: null }
    const done = (body.progress ?? 1) >= 1
    return { ...state, actualAt: done ? body.at : null, estimatedAt: done ? null : state.estimatedAt }
  })

/** How the stages of a line stand, with what was said on this phone and has not been sent yet. */
export const standing = (line: SupplierLine, queue: readonly Queued[]): StageState[] =>
  queue
    .filter((one) => one.orderId === line.orderId && one.line === line.line && one.problem === null)
    .reduce<StageState[]>(apply, line.stages)

/** The stage to do next: the one after the last that is done. Null at the end. */
export const nextStage = (stages: readonly StageState[]): StageState | null =>
  stages[stages.findLastIndex(({ actualAt }) => actualAt !== null) + 1] ?? null

const DAY_MS = 86_400_000
const dayOf = (when: number): number => new Date(when).setHours(0, 0, 0, 0)

/** When a stage is due, as the phone's calendar counts: days overdue, 0 today, null where it is not yet due or has no date. */
export const overdueDays = ({ plannedAt, estimatedAt }: StageState, now: number): number | null => {
  const due = estimatedAt ?? plannedAt
  if (due === null) return null
  const days = Math.round((dayOf(now) - dayOf(Date.parse(due))) / DAY_MS)
  return days < 0 ? null : days
}

/** A day of a date field as a moment: done by noon of it (never ahead), will be by the end of its working day. */
export const momentOf = (day: string, classifier: 'actual' | 'estimated', now: number): number => {
  const at = new Date(`${day}T${classifier === 'actual' ? '12' : '18'}:00:00`).getTime()
  if (classifier === 'estimated') return at
  return dayOf(at) === dayOf(now) ? now : Math.min(at, now)
}

/** A moment as a date field shows it. */
export const dayField = (when: number): string => {
  const date = new Date(when)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
