import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Lane } from '../ingest/lane.ts'
import type { Logger } from '../log.ts'
import { fold } from '../rules/fold.ts'
import { reconcile, type Whole, wholes } from '../rules/reconcile.ts'
import type { Change, StreamState } from '../rules/state.ts'
import { recordedAlarms, recordReconciled } from '../store/alarm-record.ts'
import type { Directory } from '../store/directory.ts'
import { fenced } from '../store/leases.ts'
import { inTransaction, isOutage, type Pool, type Tx } from '../store/pool.ts'
import { type Due, deleteRefolds, dueRefolds, handedSince, requestEnded, streamKey } from '../store/refolds.ts'
import {
  type Checkpoint,
  checkpointBefore,
  laterCheckpoints,
  readingsAfter,
  replaceCheckpoints,
} from '../store/states.ts'
import type { Stream } from '../store/streams.ts'
import type { CatchUp } from './catch-up.ts'
import type { Leases } from './leases.ts'

/** Readings in one page of a refold: what is held in memory, and the most that is folded while ingest waits. */
const PAGE = 20_000
/** Checkpoints that a refold leaves behind, in event time. */
const CHECKPOINT_MS = 15 * 60_000
const TURN_MS = 1_000
/** The same while other servers hand over what they take in. */
const SHARED_TURN_MS = 200

export type Refolder = {
  /** Looks now rather than at the next turn. */
  soon(): void
  /** Resolves when nothing is due. */
  drain(): Promise<void>
  stop(): Promise<void>
}

type Deps = {
  pool: Pool
  lane: Lane
  directory: Directory
  leases: Leases
  catchUp: CatchUp
  log: Logger
  alarmsChanged(): void
}

/** What a refold has said so far, from the checkpoint that it began at. */
type Progress = {
  began: StreamState
  state: StreamState
  changes: Change[]
  checkpoints: StreamState[]
  /** checkpoints beyond all that is in question, ascending: meeting one of them ends the refold */
  later: Checkpoint[]
  met: boolean
  /** what others had handed over before the first page was read: a fold to the end takes it along */
  covered: string[]
}

/**
 * Folds streams of this server again where late data or a change in the past asks for it. The bulk is read and folded beside ingest; only
 * the last page and the writing happen in the lane, where no batch can move the stream at the same time.
 */
export const createRefolder = ({ pool, lane, directory, leases, catchUp, log, alarmsChanged }: Deps): Refolder => {
  let running: Promise<void> | null = null
  let stopped = false

  /** Folds one page; answers whether there is more. */
  const page = async (tx: Tx, stream: Stream, progress: Progress): Promise<boolean> => {
    const readings = await readingsAfter(tx, stream, progress.state.at, PAGE)
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

  /** Answers false when it was broken off. */
  const refold = async (due: Due, stream: Stream): Promise<boolean> => {
    const progress = await inTransaction(pool, (tx) => begin(tx, stream, due))
    while (await inTransaction(pool, (tx) => page(tx, stream, progress))) if (stopped) return false
    return lane.run(async () => {
      // given back, or taken by another server, which goes on with it
      if (!leases.owns(stream.deviceId)) return false
      const changed = await fenced(pool, leases.epoch(), async (tx) => {
        while (await page(tx, stream, progress));
        if (!progress.met) {
          finish(stream, progress)
          await deleteRefolds(tx, progress.covered)
        }
        const reconciled = reconcile(...(await comparable(tx, stream, progress)))
        await recordReconciled(tx, stream, reconciled)
        await replaceCheckpoints(
          tx,
          stream,
          progress.began.at,
          progress.met ? progress.state.at : null,
          progress.checkpoints,
        )
        return (
          reconciled.missing.length +
            reconciled.amended.length +
            reconciled.withdrawn.length +
            reconciled.recovered.length >
          0
        )
      })
      if (!progress.met) {
        stream.state = progress.state
        stream.checkpointAt = progress.checkpoints.at(-1)?.at?.time ?? stream.checkpointAt
      }
      if (changed) alarmsChanged()
      return true
    })
  }

  /** Everything that is asked of one device and shipment; answers false when it was broken off. */
  const settle = async (due: Due): Promise<boolean> => {
    // the request is also the word that loans or limits have changed
    const device = await lane.run(() => directory.reload(due.deviceCode))
    for (const stream of device?.streams ?? []) {
      const over = stream.context.to !== null && stream.context.to < due.from
      if (stream.shipmentId !== due.shipmentId || over) continue
      if (!leases.owns(due.deviceId) || !(await refold(due, stream))) return false
    }
    await inTransaction(pool, (tx) => deleteRefolds(tx, due.ids))
    return true
  }

  const turn = async (): Promise<void> => {
    await leases.known()
    await inTransaction(pool, (tx) => requestEnded(tx, leases.buckets()))
    await catchUp.run()
    // one that fails waits for the next turn, and the others do not wait for it
    const failed: string[] = []
    for (let due = await next(failed); due.length > 0; due = await next(failed)) {
      for (const one of due) {
        if (stopped) return
        if (catchUp.isAhead(one)) {
          failed.push(streamKey(one))
          continue
        }
        try {
          if (!(await settle(one))) failed.push(streamKey(one))
        } catch (error) {
          failed.push(streamKey(one))
          const facts = { shipmentId: one.shipmentId, deviceId: one.deviceCode, error: String(error) }
          if (isOutage(error)) log.warn(facts, 'a refold waits for the database')
          else log.error(facts, 'a refold failed and will be tried again')
        }
      }
    }
  }
  const next = (but: readonly string[]) =>
    stopped ? Promise.resolve([]) : inTransaction(pool, (tx) => dueRefolds(tx, leases.buckets(), 50, but))

  const run = (): Promise<void> => {
    running ??= turn()
      .catch((error) => {
        const facts = { error: error instanceof Error ? error.message : String(error) }
        if (isOutage(error)) log.warn(facts, 'refolds wait for the database')
        else log.error(facts, 'refolds failed and will be tried again')
      })
      .finally(() => {
        running = null
      })
    return running
  }
  let turnedAt = Number.NEGATIVE_INFINITY
  const timer = setInterval(() => {
    if (leases.alone() && performance.now() - turnedAt < TURN_MS) return
    turnedAt = performance.now()
    void run()
  }, SHARED_TURN_MS)

  return {
    soon: () => void run(),
    drain: async () => {
      await running
      do await turn()
      while (
        // what was handed over a moment ago is taken up a moment later
        !stopped &&
        (await next([])).some((due) => catchUp.isAhead(due)) &&
        (await sleep(20, true))
      )
    },
    stop: async () => {
      stopped = true
      clearInterval(timer)
      await running
    },
  }
}

const begin = async (tx: Tx, stream: Stream, { from, to }: Due): Promise<Progress> => {
  const checkpoint = await checkpointBefore(tx, stream, from)
  const later = to === null ? [] : await laterCheckpoints(tx, stream, to)
  const { state } = checkpoint
  const first = Math.max(stream.context.from, (state.at?.time ?? Number.NEGATIVE_INFINITY) + 1)
  const covered = stream.context.to === null ? await handedSince(tx, { ...stream, from: first }) : []
  return { began: state, state, changes: [], checkpoints: [], later, met: false, covered }
}

/** Where the next slice of a page ends: at a later checkpoint's position, or where one of our own is due. */
const nextStop = (readings: readonly { time: number; seq: number }[], from: number, progress: Progress): number => {
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
const meet = (progress: Progress): void => {
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
const finish = (stream: Stream, progress: Progress): void => {
  const { state, changes } = fold(progress.state, [], stream.context, Date.now())
  progress.state = state
  progress.changes.push(...changes)
  // one at the very end of a loan would stand at the beginning of the next loan of the same pair
  if (state.at !== null && state.at.time !== stream.context.to) progress.checkpoints.push(state)
}

/** What the refold says and what is recorded, over the same stretch of time. */
const comparable = async (
  tx: Tx,
  stream: Stream,
  progress: Progress,
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
