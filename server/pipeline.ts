/**
 * READ FIRST. The path of a message, in the order it happens:
 *
 *   source (broker/, or POST /telemetry) → decode (ingest/) → one transaction { readings and dead letters stored (store/),
 *   rules folded (rules/), alarms, feed and outbox recorded (store/alarm-record) } → acknowledged → live (live/)
 *
 * Nothing is acknowledged before the commit, nothing is adopted in memory before the commit, and nothing is dropped:
 * while the database is away, messages wait unacknowledged and their sources hold back.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createCatchUp } from './alarms/catch-up.ts'
import { type FreshFold, foldFresh, prepareStreams } from './alarms/fold-fresh.ts'
import { createLeases, type LeaseOptions } from './alarms/leases.ts'
import { createRefolder } from './alarms/refold.ts'
import { createSilenceWatch } from './alarms/silence-watch.ts'
import type { Message } from './broker/source.ts'
import { createCommitted } from './committed.ts'
import { addMessage, addUnknown, type Batch, correctOutcomes, emptyBatch, speakerOf } from './ingest/batch.ts'
import { createLane } from './ingest/lane.ts'
import { trace } from './ingest/trace.ts'
import type { Logger } from './log.ts'
import type { LiveReading } from './model/live.ts'
import { type Fold, fold as foldAllRules } from './rules/fold.ts'
import { recordChanges } from './store/alarm-record.ts'
import { createDirectory } from './store/directory.ts'
import { fence, LeaseLost } from './store/leases.ts'
import { isOutage, type Pool } from './store/pool.ts'
import { handOver, requestRefolds } from './store/refolds.ts'
import { writeCheckpoints } from './store/states.ts'
import { createWriter } from './store/write.ts'

export type PipelineDeps = {
  pool: Pool
  log: Logger
  /** tells a device `committed` or `resend`; a failure is tried again with the next one */
  publish(topic: string, payload: string, options: { retain: boolean }): Promise<void>
  live: { readings(items: { audience: readonly string[]; item: LiveReading }[]): void; alarmsChanged(): void }
  /** whether readings could reach us now; while not, no device is blamed for being silent */
  intakeUp(): boolean
  /** how often the broker has been reached anew: it may have forgotten what it was told for devices */
  connections?(): number
  /** all rules unless given otherwise */
  fold?: Fold
  /** how long a device may leave unanswered that it is to send again what is missing, ms */
  gapPatienceMs?: number
  /** by which this server is known beside others; alone on a database it needs no name */
  server?: LeaseOptions
  observe?: { batch(facts: { readings: number; letters: number; ms: number; oldestMs: number }): void }
}

export type Pipeline = {
  /** Takes a message in; it is acknowledged or refused in its own time. */
  deliver(message: Message): void
  /** Readings that wait to be committed: what a source that can hold back looks at. */
  waiting(): number
  /** How long the oldest message that is not committed has waited, ms: 0 while none does. */
  lagMs(): number
  /** Looks for streams to fold again now rather than at the next turn. */
  refoldSoon(): void
  /** Somebody was revoked: resolves when what comes from now on is judged by that. */
  devicesChanged(): Promise<void>
  /** Resolves when all that was delivered is dealt with and no refold is due; for tests and a graceful stop. */
  settled(): Promise<void>
  stop(): Promise<void>
}

/** Most readings, or letters, in one transaction: larger ones commit no faster and hold others up. */
const MOST_READINGS = 20_000
/** How soon it is noticed that a device was revoked; the embedded broker and HTTP do not let it in any more anyway. */
const REFRESH_MS = 30_000

export const createPipeline = ({
  pool,
  log,
  publish,
  live,
  intakeUp,
  connections = () => 0,
  fold = foldAllRules,
  server = {},
  gapPatienceMs = 600_000,
  observe,
}: PipelineDeps): Pipeline => {
  const lane = createLane()
  const directory = createDirectory(pool)
  const { alarmsChanged } = live
  const leases = createLeases({ ...server, pool, lane, directory, log, gained: () => silences.lookSoon() })
  const writer = createWriter(pool, () => fence(leases.epoch()))
  const committed = createCommitted({
    pool,
    publish,
    log,
    owns: leases.owns,
    buckets: leases.buckets,
    codesOf: directory.codesOf,
    connections,
  })
  const catchUp = createCatchUp({ pool, lane, directory, leases, fold, live })
  const refolder = createRefolder({ pool, lane, directory, leases, catchUp, log, live })
  const silences = createSilenceWatch({ pool, lane, directory, leases, log, alarmsChanged, intakeUp, gapPatienceMs })
  /** Folded in passing: the others are handed over, or wait for what other servers have of the same device. */
  const isOurs = (deviceId: number): boolean =>
    leases.owns(deviceId) && (directory.byId(deviceId)?.elsewhereUntil ?? 0) < performance.now()
  const queue: Pending[] = []
  let numbers = 0
  let stopping = false
  let wake: (() => void) | null = null

  const deliver = (message: Message): void => {
    let pending = queue.at(-1)
    if (pending === undefined || pending.taken || sizeOf(pending) >= MOST_READINGS) {
      pending = { number: ++numbers, batch: emptyBatch(), strangers: [], taken: false }
      queue.push(pending)
    }
    const code = speakerOf(message)
    const device = code === null ? undefined : directory.get(code)
    if (code !== null && device?.revoked === false) addMessage(pending.batch, message, device)
    else pending.strangers.push(message)
    wake?.()
  }

  /** Who speaks may have been registered a moment ago: one look for all strangers of the batch. */
  const introduce = async ({ batch, strangers }: Pending): Promise<void> => {
    await directory.load(strangers.flatMap((message) => speakerOf(message) ?? []))
    for (const message of strangers.splice(0)) {
      const code = speakerOf(message)
      const device = code === null ? undefined : directory.get(code)
      if (code !== null && device?.revoked === false) addMessage(batch, message, device)
      else addUnknown(batch, message, device?.revoked)
    }
  }

  const process = async (pending: Pending): Promise<void> => {
    const began = performance.now()
    await leases.known()
    await introduce(pending)
    const { batch } = pending
    const fresh: FreshFold['live'] = []
    const behind = await prepareStreams(pool, directory, isOurs, batch.readings)
    const epoch = leases.epoch()
    const turnedAway = await writer.store(batch, {
      judge: (inserted) => foldFresh(directory, fold, isOurs, inserted),
      record: async (tx, folded) => {
        await recordChanges(tx, folded.streams)
        await writeCheckpoints(tx, folded.checkpoints)
        await requestRefolds(tx, [...behind, ...folded.refolds])
        await handOver(tx, folded.handOver, epoch)
      },
      adopt: (folded) => {
        folded.adopt()
        fresh.push(...folded.live)
        if (folded.streams.length > 0) live.alarmsChanged()
        if (folded.refolds.length > 0) refolder.soon()
      },
    })
    if (turnedAway.length === 0)
      for (const { acknowledge, stored, deadLetters } of batch.accepted) acknowledge({ stored, deadLetters })
    else {
      const corrected = correctOutcomes(batch, turnedAway)
      for (const [index, { acknowledge, stored, deadLetters }] of batch.accepted.entries())
        acknowledge(corrected.get(index) ?? { stored, deadLetters })
    }
    committed.count(batch.readings, batch.numbered)
    if (fresh.length > 0) live.readings(fresh)
    if (log.isLevelEnabled?.('debug') === true)
      trace(log, { ...pending, turnedAway }, (id) => directory.byId(id)?.code, performance.now() - began)
    const oldest = batch.accepted[0]?.receivedAt
    observe?.batch({
      readings: batch.readings.length,
      letters: turnedAway.reduce((sum, { letters }) => sum + letters, batch.letters.length),
      ms: performance.now() - began,
      oldestMs: oldest === undefined ? 0 : Date.now() - oldest,
    })
  }

  /** An outage is waited out; anything else is a bug, said loudly, and waited out too: data is never thrown away. */
  const persist = async (pending: Pending): Promise<void> => {
    for (let attempt = 0; ; attempt++) {
      try {
        await lane.run(() => process(pending))
        return
      } catch (error) {
        // a commit that failed may have happened: what memory says of these streams is in doubt
        directory.doubt(new Set(pending.batch.readings.map(({ deviceId }) => deviceId)))
        const facts = {
          error: error instanceof Error ? error.message : String(error),
          attempt,
          batch: pending.number,
          messages: pending.batch.accepted.length,
        }
        if (error instanceof LeaseLost) leases.lost()
        if (error instanceof LeaseLost) log.debug(facts, error.message)
        else if (isOutage(error)) log.warn(facts, 'the database is away; nothing is acknowledged until it is back')
        else
          log.error(
            { ...facts, stack: error instanceof Error ? error.stack : undefined },
            'a batch could not be committed',
          )
        if (stopping && !(error instanceof LeaseLost)) throw error
        if (!(error instanceof LeaseLost)) await sleep(Math.min(2_000, 50 * 2 ** attempt) * (0.5 + Math.random()))
      }
    }
  }

  const loop = async (): Promise<void> => {
    while (true) {
      const pending = queue[0]
      if (pending === undefined) {
        if (stopping) return
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        wake = null
        continue
      }
      pending.taken = true
      await persist(pending)
      queue.shift()
    }
  }
  const looping = loop().catch((error) =>
    log.warn({ error: String(error) }, 'stopped with messages that were not acknowledged; they will come again'),
  )

  const refreshing = setInterval(() => {
    directory.refresh().catch((error) => log.debug({ error: String(error) }, 'who was revoked is looked up later'))
  }, REFRESH_MS)

  return {
    deliver,
    // once it stops, nothing that comes is dealt with any more
    waiting: () => (stopping ? Number.POSITIVE_INFINITY : queue.reduce((sum, pending) => sum + sizeOf(pending), 0)),
    lagMs: () => {
      const first = queue[0]
      const oldest = first?.batch.accepted[0] ?? first?.strangers[0]
      return oldest === undefined ? 0 : Math.max(0, Date.now() - oldest.receivedAt)
    },
    refoldSoon: refolder.soon,
    devicesChanged: directory.refresh,
    settled: async () => {
      while (queue.length > 0) await sleep(5)
      await lane.idle()
      await refolder.drain()
    },
    stop: async () => {
      stopping = true
      clearInterval(refreshing)
      wake?.()
      await looping
      await silences.stop()
      await refolder.stop()
      await committed.stop()
      await leases.stop()
    },
  }
}

type Pending = { /** names the batch in the log */ number: number; batch: Batch; strangers: Message[]; taken: boolean }

const sizeOf = ({ batch, strangers }: Pending): number =>
  batch.readings.length + batch.letters.length + strangers.length
