import { setTimeout as sleep } from 'node:timers/promises'
import type { Lane } from '../ingest/lane.ts'
import type { Logger } from '../log.ts'
import type { LiveReading } from '../model/live.ts'
import { reconcile } from '../rules/reconcile.ts'
import { recordReconciled } from '../store/alarm-record.ts'
import type { Directory } from '../store/directory.ts'
import { fenced } from '../store/leases.ts'
import { inTransaction, isOutage, type Pool } from '../store/pool.ts'
import { type Due, deleteRefolds, dueRefolds, requestEnded, streamKey } from '../store/refolds.ts'
import { replaceCheckpoints } from '../store/states.ts'
import type { Stream } from '../store/streams.ts'
import type { CatchUp } from './catch-up.ts'
import { newest } from './fold-fresh.ts'
import type { Leases } from './leases.ts'
import { begin, comparable, finish, page, type Refolding } from './refolding.ts'

const TURN_MS = 1_000
/** The same while other servers hand over what they take in. */
const SHARED_TURN_MS = 200
/** What came longer ago has been told, or will be by a snapshot. */
const NEWS_MS = 600_000

const isNews = ({ tail }: Refolding): boolean => Date.now() - (tail.at(-1)?.receivedAt ?? 0) < NEWS_MS

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
  live: { readings(items: { audience: readonly string[]; item: LiveReading }[]): void; alarmsChanged(): void }
}

/**
 * Folds streams of this server again where late data or a change in the past asks for it. The bulk is read and folded
 * beside ingest; only the last page and the writing happen in the lane, where no batch can move the stream at the same time.
 */
export const createRefolder = ({ pool, lane, directory, leases, catchUp, log, live }: Deps): Refolder => {
  let running: Promise<void> | null = null
  let stopped = false

  /** Answers false when it was broken off. */
  const refold = async (due: Due, stream: Stream): Promise<boolean> => {
    const tenure = leases.tenure(stream.deviceId)
    if (tenure === null) return false
    // a stream that waits for its refold is brought up to its end by it
    const known = stream.state !== null && stream.state !== 'refolding'
    const progress = await inTransaction(pool, (tx) => begin(tx, stream, known ? due : { ...due, to: null }))
    while (await inTransaction(pool, (tx) => page(tx, stream, progress))) if (stopped) return false
    return lane.run(async () => {
      // given back, or taken by another server, which goes on with it, even if it is ours again by now: meanwhile that one
      // may have folded late data that we have passed
      if (leases.tenure(stream.deviceId) !== tenure) return false
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
        // whoever took them in may not have told of them, nor who folded them when it loaded the stream
        if ((due.to !== null || due.handed) && isNews(progress))
          live.readings([{ audience: stream.audience, item: newest(stream, progress.tail) }])
        stream.state = progress.state
        stream.checkpointAt = progress.checkpoints.at(-1)?.at?.time ?? stream.checkpointAt
      }
      if (changed) live.alarmsChanged()
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
      if (!(await refold(due, stream))) return false
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
      // never two at a time: of one stream, the one that began first would not know what the other has read since
      do await run()
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
