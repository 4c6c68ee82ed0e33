import { isDeepStrictEqual } from 'node:util'
import { fold } from '../rules/fold.ts'
import { type Whole, wholes } from '../rules/reconcile.ts'
import type { Sampled } from '../rules/rule.ts'
import type { Change, StreamState } from '../rules/state.ts'
import { recordedAlarms } from '../store/alarm-record.ts'
import type { Tx } from '../store/pool.ts'
import { type Due, handedSince } from '../store/refolds.ts'
import { type Checkpoint, checkpointBefore, laterCheckpoints, readingsAfter } from '../store/states.ts'
import type { Stream } from '../store/streams.ts'

/** Readings in one page of a refold: what is held in memory, and the most that is folded while ingest waits. */
const PAGE = 20_000
/** Checkpoints that a refold leaves behind, in event time. */
const CHECKPOINT_MS = 15 * 60_000
/** Readings among which the newest value of each measure is looked for. */
const TAIL = 50

/** What a refold has said so far, from the checkpoint that it began at. */
export type Refolding = {
  began: StreamState
  state: StreamState
  changes: Change[]
  checkpoints: StreamState[]
  /** checkpoints beyond all that is in question, ascending: meeting one of them ends the refold */
  later: Checkpoint[]
  met: boolean
  /** the newest readings that were folded */
  tail: Sampled[]
  /** what others had handed over before the first page was read: a fold to the end takes it along */
  covered: string[]
}

export const begin = async (tx: Tx, stream: Stream, { from, to }: Due): Promise<Refolding> => {
  const checkpoint = await checkpointBefore(tx, stream, from)
  const later = to === null ? [] : await laterCheckpoints(tx, stream, to)
  const { state } = checkpoint
  const first = Math.max(stream.context.from, (state.at?.time ?? Number.NEGATIVE_INFINITY) + 1)
  const covered = stream.context.to === null ? await handedSince(tx, { ...stream, from: first }) : []
  return { began: state, state, changes: [], checkpoints: [], later, met: false, covered, tail: [] }
}

/** Folds one page; answers whether there is more. */
export const page = async (tx: Tx, stream: Stream, progress: Refolding): Promise<boolean> => {
  const readings = await readingsAfter(tx, stream, progress.state.at, PAGE)
  if (readings.length > 0) progress.tail = readings.slice(-TAIL)
  let from = 0
  while (from < readings.length && !progress.met) {
    const to = nextStop(readings, from, progress)
    const { state, changes } = fold(progress.state, readings.slice(from, to), stream.context)
    progress.state = state
    progress.changes.push(...changes)
    from = to
    meet(progress)
  }
  return readings.length === PAGE && !progress.met
}

/** Where the next slice of a page ends: at a later checkpoint's position, or where one of our own is due. */
const nextStop = (readings: readonly { time: number; seq: number }[], from: number, progress: Refolding): number => {
  const target = progress.later[0]?.state.at
  const due =
    (progress.checkpoints.at(-1)?.at?.time ?? progress.state.at?.time ?? readings[from]?.time ?? 0) + CHECKPOINT_MS
  for (let at = from; at < readings.length; at++) {
    const reading = readings[at]
    if (reading === undefined) break
    const meets =
      target !== undefined &&
      target !== null &&
      (reading.time > target.time || (reading.time === target.time && reading.seq >= target.seq))
    if (meets || reading.time >= due) return at + 1
  }
  return readings.length
}

/** At a later checkpoint: the same state ends the refold, all after it stands as it is. Otherwise that one is wrong. */
const meet = (progress: Refolding): void => {
  const at = progress.state.at
  if (at === null) return
  for (let target = progress.later[0]; target !== undefined; target = progress.later[0]) {
    const position = target.state.at
    if (position !== null && (at.time < position.time || (at.time === position.time && at.seq < position.seq))) break
    if (same(target.state, progress.state)) {
      progress.met = true
      return
    }
    progress.later.shift()
  }
  const last = progress.checkpoints.at(-1)?.at?.time ?? progress.began.at?.time ?? Number.NEGATIVE_INFINITY
  if (at.time - last >= CHECKPOINT_MS) progress.checkpoints.push(progress.state)
}

const same = (a: StreamState, b: StreamState): boolean =>
  a.at?.time === b.at?.time && a.at?.seq === b.at?.seq && isDeepStrictEqual(stored(a), stored(b))
/** As a checkpoint would have it, but for when it was received: late data is received late. */
const stored = ({ contact: _contact, ...state }: StreamState): unknown => JSON.parse(JSON.stringify(state))

/** What the timeline holds after the last reading: limits that began since, and the end of the loan. */
export const finish = (stream: Stream, progress: Refolding): void => {
  const { state, changes } = fold(progress.state, [], stream.context, Date.now())
  progress.state = state
  progress.changes.push(...changes)
  // one at the very end of a loan would stand at the beginning of the next loan of the same pair
  if (state.at !== null && state.at.time !== stream.context.to) progress.checkpoints.push(state)
}

/** What the refold says and what is recorded, over the same stretch of time. */
export const comparable = async (
  tx: Tx,
  stream: Stream,
  progress: Refolding,
): Promise<[Whole[], Awaited<ReturnType<typeof recordedAlarms>>]> => {
  const folded = wholes(progress.began.open, progress.changes, progress.state.open)
  const recorded = await recordedAlarms(tx, stream, progress.began.at?.time ?? Number.NEGATIVE_INFINITY)
  if (!progress.met) return [folded, recorded]
  // beyond the checkpoint that was met everything stands, how its open excursions went on included
  const end = progress.state.at?.time ?? Number.POSITIVE_INFINITY
  const open = new Set(
    folded.filter((whole) => whole.clearedAt === null).map((whole) => `${whole.rule} ${whole.excursion.onset}`),
  )
  return [
    folded.filter((whole) => whole.clearedAt !== null),
    recorded.filter((alarm) => alarm.onset <= end && !open.has(`${alarm.rule} ${alarm.onset}`)),
  ]
}
