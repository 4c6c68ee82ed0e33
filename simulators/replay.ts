import { setTimeout as sleep } from 'node:timers/promises'
import type { Extra, Measure } from '../server/model/reading.ts'
import type { NumberedReading } from './device.ts'
import { createLink } from './link.ts'
import { createOutbox, type OutboxCounts } from './outbox.ts'
import { type RecordingPlan, type Row, readRows } from './recording.ts'

export type Span = { first: number; last: number; rows: number }

/** First and last time of a recording, epoch ms, over all rows whose time can be read; undefined where there is none. */
export const spanOf = async (rows: AsyncIterable<Row>): Promise<Span | undefined> => {
  let span: Span | undefined
  for await (const row of rows) {
    if (!('time' in row)) continue
    span = {
      first: Math.min(span?.first ?? row.time, row.time),
      last: Math.max(span?.last ?? row.time, row.time),
      rows: (span?.rows ?? 0) + 1,
    }
  }
  return span
}

/**
 * What to add to each time, so that the last row carries the moment at which it is sent: sent from `nowMs` on and
 * `speedUp` times as fast as recorded, it goes at now + span / speedUp. For a speed-up of 1 or more no row is ever
 * ahead of the clock.
 */
export const shiftToNow = (span: Span, nowMs: number, speedUp: number): number =>
  Math.round(nowMs + (span.last - span.first) / speedUp - span.last)

/** A row as a reading. The seq is the row's place among the readings, so equal times stay apart. */
export const toReading = (
  row: { time: number; measures: Partial<Record<Measure, number>>; extra: Extra },
  seq: number,
  boot: number,
  shiftMs: number,
): NumberedReading => ({
  time: row.time + shiftMs,
  seq,
  boot,
  ...row.measures,
  ...(Object.keys(row.extra).length > 0 && { extra: row.extra }),
})

export type ReplayPlan = {
  recording: RecordingPlan
  span: Span
  mqtt: string
  deviceId: string
  secret: string
  speedUp: number
  /** readings in a message */
  batch: number
  /** ms added to each time */
  shiftMs: number
  boot: number
  /** readings that the device keeps at most; 100,000 where it isn't given */
  capacity?: number
  /** how long to wait for the last acknowledgements, and for `committed` */
  patienceMs: number
  signal: AbortSignal
  say: (sentence: string) => void
}

export type ReplayResult = {
  rows: number
  /** with line number and reason; `whole` rows did not go at all, of the others a cell stayed behind */
  problems: { line: number; reason: string; whole: boolean }[]
  readings: number
  counts: OutboxCounts
}

/** Waits until something holds; false when it does not within `patienceMs`, or the signal comes first. */
const becomes = async (holds: () => boolean, patienceMs: number, signal: AbortSignal): Promise<boolean> => {
  const giveUpAt = Date.now() + patienceMs
  while (!holds()) {
    if (signal.aborted || Date.now() >= giveUpAt) return false
    await sleep(20)
  }
  return true
}

/** Sends a recording as a device, at the pace of its times, and waits until all of it is acknowledged and committed. */
export const replay = async (plan: ReplayPlan): Promise<ReplayResult> => {
  const { recording, span, batch, boot, shiftMs, signal, speedUp } = plan
  const outbox = createOutbox(boot, plan.capacity)
  const link = createLink({
    url: plan.mqtt,
    deviceId: plan.deviceId,
    secret: plan.secret,
    outbox,
    batch,
    inFlight: 16,
    say: plan.say,
  })
  const startedAt = Date.now()
  const problems: ReplayResult['problems'] = []
  let rows = 0
  let readings = 0
  link.open()
  try {
    for await (const row of readRows(recording)) {
      rows += 1
      if ('problem' in row) {
        problems.push({ line: row.line, reason: row.problem, whole: true })
        continue
      }
      for (const reason of row.problems) problems.push({ line: row.line, reason, whole: false })
      const dueAt = startedAt + (row.time - span.first) / speedUp
      while (!signal.aborted && Date.now() < dueAt) await sleep(Math.min(250, dueAt - Date.now()))
      if (outbox.room() === 0) {
        link.flush()
        if (!(await becomes(() => outbox.room() > 0, plan.patienceMs, signal))) {
          plan.say(`The memory of ${plan.deviceId} is full, and nothing has been committed for a while: giving up.`)
          break
        }
      }
      if (signal.aborted) break
      outbox.keep([toReading(row, readings, boot, shiftMs)])
      readings += 1
      if (readings % batch === 0) link.flush()
    }
    link.flush()
    await becomes(() => outbox.counts().committed >= readings, plan.patienceMs, signal)
  } finally {
    await link.close()
  }
  return { rows, problems, readings, counts: outbox.counts() }
}
