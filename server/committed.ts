import { deviceTopic } from './broker/topic.ts'
import type { Numbered } from './ingest/batch.ts'
import { advance, begun, joined, missing, type Progress } from './ingest/progress.ts'
import type { Logger } from './log.ts'
import type { Committed, Reading, Resend } from './model/reading.ts'
import { inTransaction, type Pool } from './store/pool.ts'
import {
  forgetBoots,
  type Known,
  loadProgress,
  MOST_BOOTS,
  progressTold,
  saveProgress,
  untoldProgress,
} from './store/progress.ts'

/** At most one `committed` a second for each device (design, MQTT). */
const EVERY_MS = 1_000
/** A gap this old is asked for, and asked for again no sooner than that. */
const RESEND_AFTER_MS = 10_000
/** A broker that has not taken a message by then is told anew: one that never answers must not keep all others from being told. */
const PUBLISH_MS = 10_000

/** `said`: the number that the device was told; null when it is to be told anew. */
type Boot = { progress: Progress; changed: boolean; gapSince: number | null; said: number | null }
/** The boot that spoke last is the last. */
type Entry = { code: string; boots: Boot[] }

/**
 * Tells devices how far their numbered readings have been dealt with for good, each of their last boots for itself. Counted
 * after the commit of the readings, stored before it is told: a server that restarts knows at least what the device was
 * promised. Where several servers take in what one device sends, what they know is put together in the database, and the
 * one that folds its streams tells it. What was told may be lost on the way: a device that repeats itself is told again,
 * and all are when the broker has been reached anew, which may have forgotten what it had.
 */
export const createCommitted = ({
  pool,
  publish,
  log,
  owns,
  buckets,
  codesOf,
  connections,
}: {
  pool: Pool
  /** whether this server is the one that tells a device; and all that it is that for */
  owns(deviceId: number): boolean
  buckets(): readonly number[]
  /** Names by which topics know these devices. */
  codesOf(deviceIds: readonly number[]): Promise<ReadonlyMap<number, string>>
  publish(topic: string, payload: string, options: { retain: boolean }): Promise<void>
  /** how often the broker has been reached anew */
  connections(): number
  log: Logger
}) => {
  const entries = new Map<number, Entry>()
  let waiting: Numbered[] = []
  let flushing: Promise<void> | null = null
  let connection = connections()
  /** devices that have begun a boot since the last turn */
  const restarted = new Set<number>()

  /** The boot of a device, which becomes its last. */
  const speaking = (deviceId: number, { code, boots }: Entry, boot: number): Boot => {
    const last = boots.at(-1)
    if (last?.progress.boot === boot) return last
    const at = boots.findIndex(({ progress }) => progress.boot === boot)
    const found = at < 0 ? fresh(begun(boot)) : boots.splice(at, 1)[0]
    const now = found ?? fresh(begun(boot))
    boots.push(now)
    if (at < 0 && last !== undefined) {
      restarted.add(deviceId)
      if (boot < last.progress.boot)
        log.info({ device: code, boot, before: last.progress.boot }, 'a device has begun a lower boot: it is followed')
    }
    if (boots.length > MOST_BOOTS) boots.shift()
    return now
  }

  const add = (deviceId: number, boot: number, seq: number): void => {
    const entry = entries.get(deviceId)
    if (entry === undefined) {
      waiting.push({ deviceId, boot, seq })
      return
    }
    const now = speaking(deviceId, entry, boot)
    // it has not heard that this is committed
    if (seq <= now.progress.seq) now.said = null
    else advance(now.progress, seq)
    now.changed = true
  }

  /** What is stored of devices that are heard for the first time, then the numbers that waited for it. */
  const introduce = async (): Promise<void> => {
    if (waiting.length === 0) return
    const strangers = [...new Set(waiting.map(({ deviceId }) => deviceId))]
    const stored = await inTransaction(pool, (tx) => loadProgress(tx, strangers))
    // those that came meanwhile wait for the next turn
    const met = new Set(strangers)
    await meet(stored, strangers)
    const numbers = waiting.filter(({ deviceId }) => met.has(deviceId))
    waiting = waiting.filter(({ deviceId }) => !met.has(deviceId))
    for (const { deviceId, boot, seq } of numbers) if (entries.has(deviceId)) add(deviceId, boot, seq)
  }

  const meet = async (known: readonly Known[], deviceIds: readonly number[]): Promise<void> => {
    for (const [deviceId, code] of await codesOf(deviceIds))
      if (!entries.has(deviceId)) entries.set(deviceId, { code, boots: [] })
    learn(known)
  }

  const save = async (): Promise<void> => {
    const changed = [...entries].flatMap(([deviceId, { boots }]) =>
      boots.filter((boot) => boot.changed).map((boot) => ({ deviceId, boot })),
    )
    if (changed.length === 0) return
    for (const { boot } of changed) boot.changed = false
    try {
      const given = changed.map(({ deviceId, boot: { progress } }) => ({ deviceId, progress, ours: owns(deviceId) }))
      learn(await inTransaction(pool, (tx) => saveProgress(tx, given)))
    } catch (error) {
      for (const { boot } of changed) boot.changed = true
      throw error
    }
    if (restarted.size === 0) return
    const devices = [...restarted]
    restarted.clear()
    await forgetBoots(pool, devices)
  }

  /** What others know of devices that we have met. */
  const learn = (known: readonly Known[]): void => {
    for (const { deviceId, progress } of known) {
      const boots = entries.get(deviceId)?.boots
      const found = boots?.find((one) => one.progress.boot === progress.boot)
      if (found !== undefined) found.progress = joined(found.progress, progress)
      else boots?.push(fresh(progress))
      if (boots !== undefined && boots.length > MOST_BOOTS) boots.shift()
    }
  }

  /** What other servers have put down of our devices: there is something to tell, if only once more. */
  const untold = async (): Promise<readonly Known[]> => {
    const found = await untoldProgress(pool, buckets())
    const strangers = [...new Set(found.map(({ deviceId }) => deviceId))].filter((deviceId) => !entries.has(deviceId))
    if (strangers.length > 0) await meet(found, strangers)
    else learn(found)
    for (const { deviceId, progress } of found) {
      const entry = entries.get(deviceId)
      if (entry !== undefined) speaking(deviceId, entry, progress.boot).said = null
    }
    return found
  }

  const flush = async (): Promise<void> => {
    await introduce()
    await save()
    const others = await untold()
    if (connection !== connections()) {
      connection = connections()
      for (const { boots } of entries.values()) for (const boot of boots) boot.said = null
    }
    const now = Date.now()
    await Promise.all([...entries].map(([deviceId, entry]) => (owns(deviceId) ? tell(entry, now) : rest(entry))))
    await progressTold(pool, others)
  }

  /** Another server tells this device: should it be us one day, we begin anew. */
  const rest = ({ boots }: Entry): void => {
    for (const boot of boots) {
      boot.gapSince = null
      boot.said = null
    }
  }

  const tell = async ({ code, boots }: Entry, now: number): Promise<void> => {
    const last = boots.at(-1)
    for (const one of [...boots]) {
      const { boot, seq } = one.progress
      if (seq >= 0 && seq !== one.said) {
        one.said = seq
        try {
          // what is kept for a device that comes back is of the boot that it spoke in last
          const payload = JSON.stringify({ boot, seq } satisfies Committed)
          await inTime(publish(deviceTopic(code, 'committed'), payload, { retain: one === last }))
        } catch (error) {
          one.said = null
          throw error
        }
      }
      const ranges = missing(one.progress)
      if (ranges.length === 0) one.gapSince = null
      else if (one.gapSince === null) one.gapSince = now
      else if (now - one.gapSince >= RESEND_AFTER_MS) {
        one.gapSince = now
        const payload = JSON.stringify({ boot, ranges } satisfies Resend)
        await inTime(publish(deviceTopic(code, 'resend'), payload, { retain: false }))
      }
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

const fresh = (progress: Progress): Boot => ({ progress, changed: false, gapSince: null, said: null })

const inTime = (work: Promise<void>): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the broker did not take a message in time')), PUBLISH_MS)
    timer.unref()
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
