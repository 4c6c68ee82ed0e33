import { deviceTopic } from './broker/topic.ts'
import type { Numbered } from './ingest/batch.ts'
import { advance, joined, missing, type Progress } from './ingest/progress.ts'
import type { Logger } from './log.ts'
import type { Committed, Reading, Resend } from './model/reading.ts'
import { inTransaction, type Pool } from './store/pool.ts'
import { loadProgress, progressTold, saveProgress, untoldProgress } from './store/progress.ts'

/** At most one `committed` a second for each device (design, MQTT). */
const EVERY_MS = 1_000
/** A gap this old is asked for, and asked for again no sooner than that. */
const RESEND_AFTER_MS = 10_000

type Entry = { code: string; progress: Progress; changed: boolean; gapSince: number | null; sent: string }

/**
 * Tells devices how far their numbered readings have been dealt with for good. Counted after the commit of the readings,
 * stored before it is told: a server that restarts knows at least what the device was promised. Where several servers take
 * in what one device sends, what they know is put together in the database, and the one that folds its streams tells it.
 */
export const createCommitted = ({
  pool,
  publish,
  log,
  owns,
  buckets,
  codesOf,
}: {
  pool: Pool
  /** whether this server is the one that tells a device; and all that it is that for */
  owns(deviceId: number): boolean
  buckets(): readonly number[]
  /** Names by which topics know these devices. */
  codesOf(deviceIds: readonly number[]): Promise<ReadonlyMap<number, string>>
  publish(topic: string, payload: string, options: { retain: boolean }): Promise<void>
  log: Logger
}) => {
  const entries = new Map<number, Entry>()
  let waiting: Numbered[] = []
  let flushing: Promise<void> | null = null

  const add = (deviceId: number, boot: number, seq: number): void => {
    const entry = entries.get(deviceId)
    if (entry === undefined) {
      waiting.push({ deviceId, boot, seq })
      return
    }
    entry.progress = advance(entry.progress, boot, seq)
    entry.changed = true
  }

  /** What is stored of devices that are heard for the first time, then the numbers that waited for it. */
  const introduce = async (): Promise<void> => {
    if (waiting.length === 0) return
    const strangers = [...new Set(waiting.map(({ deviceId }) => deviceId))]
    const stored = await inTransaction(pool, (tx) => loadProgress(tx, strangers))
    const codes = await codesOf(strangers)
    // those that came meanwhile wait for the next turn
    const met = new Set(strangers)
    const numbers = waiting.filter(({ deviceId }) => met.has(deviceId))
    waiting = waiting.filter(({ deviceId }) => !met.has(deviceId))
    for (const deviceId of met) {
      const code = codes.get(deviceId)
      if (code === undefined || entries.has(deviceId)) continue
      const progress = stored.get(deviceId) ?? { boot: 0, seq: -1, beyond: [] }
      entries.set(deviceId, { code, progress, changed: false, gapSince: null, sent: '' })
    }
    for (const { deviceId, boot, seq } of numbers) if (entries.has(deviceId)) add(deviceId, boot, seq)
  }

  const save = async (): Promise<void> => {
    const changed = [...entries].filter(([, entry]) => entry.changed)
    if (changed.length === 0) return
    for (const [, entry] of changed) entry.changed = false
    try {
      const given = changed.map(([deviceId, { progress }]) => ({ deviceId, progress, ours: owns(deviceId) }))
      learn(await inTransaction(pool, (tx) => saveProgress(tx, given)))
    } catch (error) {
      for (const [, entry] of changed) entry.changed = true
      throw error
    }
  }

  /** What others know of devices that we have met. */
  const learn = (known: ReadonlyMap<number, Progress>): void => {
    for (const [deviceId, progress] of known) {
      const entry = entries.get(deviceId)
      if (entry !== undefined) entry.progress = joined(entry.progress, progress)
    }
  }

  /** What other servers have put down of our devices. */
  const untold = async (): Promise<ReadonlyMap<number, Progress>> => {
    const found = await untoldProgress(pool, buckets())
    const strangers = [...found.keys()].filter((deviceId) => !entries.has(deviceId))
    if (strangers.length > 0)
      for (const [deviceId, code] of await codesOf(strangers)) {
        const progress = found.get(deviceId)
        if (progress !== undefined) entries.set(deviceId, { code, progress, changed: false, gapSince: null, sent: '' })
      }
    learn(found)
    return found
  }

  const flush = async (): Promise<void> => {
    await introduce()
    await save()
    const others = await untold()
    const now = Date.now()
    await Promise.all([...entries].map(([deviceId, entry]) => (owns(deviceId) ? tell(entry, now) : rest(entry))))
    await progressTold(pool, others)
  }

  /** Another server tells this device: should it be us one day, we begin anew. */
  const rest = (entry: Entry): void => {
    entry.gapSince = null
    entry.sent = ''
  }

  const tell = async (entry: Entry, now: number): Promise<void> => {
    const { progress, code } = entry
    const payload = JSON.stringify({ boot: progress.boot, seq: progress.seq } satisfies Committed)
    if (progress.seq >= 0 && payload !== entry.sent) {
      await publish(deviceTopic(code, 'committed'), payload, { retain: true })
      entry.sent = payload
    }
    const ranges = missing(progress)
    if (ranges.length === 0) entry.gapSince = null
    else if (entry.gapSince === null) entry.gapSince = now
    else if (now - entry.gapSince >= RESEND_AFTER_MS) {
      entry.gapSince = now
      await publish(deviceTopic(code, 'resend'), JSON.stringify({ boot: progress.boot, ranges } satisfies Resend), {
        retain: false,
      })
    }
  }

  const run = (): void => {
    flushing ??= flush()
      .catch((error) =>
        log.debug(
          { error: error instanceof Error ? error.message : String(error) },
          'devices will be told later what is committed',
        ),
      )
      .finally(() => {
        flushing = null
      })
  }
  const timer = setInterval(run, EVERY_MS)

  return {
    /** Counts what has been committed: readings that carry a number, and numbers of those that became letters. */
    count: (readings: readonly Reading[], numbered: readonly Numbered[]): void => {
      for (const { deviceId, boot, seq } of readings) if (boot !== null) add(deviceId, boot, seq)
      for (const { deviceId, boot, seq } of numbered) add(deviceId, boot, seq)
    },
    stop: async (): Promise<void> => {
      clearInterval(timer)
      await flushing
      run()
      await flushing
    },
  }
}
