import type { Lane } from '../ingest/lane.ts'
import type { Logger } from '../log.ts'
import { fold } from '../rules/fold.ts'
import { allowedMs } from '../rules/silence.ts'
import { type Change, factsAt, type StreamState } from '../rules/state.ts'
import { isSuppressed } from '../rules/suppression.ts'
import { recordChanges } from '../store/alarm-record.ts'
import type { Directory } from '../store/directory.ts'
import { clearGaps, raiseGaps } from '../store/gaps.ts'
import { countRecovered, intakeIsDown, intakeIsUp, intakeOutages, lentNow } from '../store/intake.ts'
import { fenced } from '../store/leases.ts'
import { clearNeverHeard, raiseNeverHeard } from '../store/never-heard.ts'
import { inTransaction, isTimedOut, type Pool } from '../store/pool.ts'
import { loadStates } from '../store/states.ts'
import type { Stream } from '../store/streams.ts'
import type { Leases } from './leases.ts'

const EVERY_MS = 5_000
/** How often devices are looked up that are lent but have not spoken to this server. */
const LOOK_UP_MS = 60_000
/** How long a server may be cut off from its broker before it says that nothing is heard. */
const GRACE_MS = 15_000
/** Most that one statement about gaps may hold up what comes in. */
const MOST_MS = 5_000

type Deps = {
  pool: Pool
  lane: Lane
  directory: Directory
  log: Logger
  leases: Leases
  alarmsChanged(): void
  /** whether readings could reach us now */
  intakeUp(): boolean
  /** how long a device may leave unanswered that it is to send again what is missing, ms */
  gapPatienceMs: number
}

/**
 * Lets time pass for streams that nothing comes from: a device that is quiet for too long is said to be silent. Time in
 * which our own intake was not up does not count, and is remembered as an outage. So is a device that speaks, but does not
 * send again what is missing, and one that has not been heard of since it was lent.
 */
export const createSilenceWatch = ({
  pool,
  lane,
  directory,
  leases,
  log,
  alarmsChanged,
  intakeUp,
  gapPatienceMs,
}: Deps) => {
  let running: Promise<void> | null = null
  let lookedUpAt = Number.NEGATIVE_INFINITY
  let deafSince: number | null = null
  /** since when we would have heard, epoch ms */
  let hearingSince: number | null = null

  /** Whichever server ends an outage: all know of it. */
  const beat = async (): Promise<void> => {
    const outage = await intakeIsUp(pool)
    for (const known of await intakeOutages(pool, directory.outages.at(-1)?.from ?? null)) directory.outages.push(known)
    if (outage === null) return
    const minutes = Math.round((outage.to - outage.from) / 60_000)
    log.warn(
      { from: new Date(outage.from).toISOString(), minutes },
      'no readings were taken in for a while: no device is blamed for it',
    )
  }

  const lookUp = async (): Promise<void> => {
    const now = performance.now()
    if (now - lookedUpAt < LOOK_UP_MS) return
    lookedUpAt = now
    try {
      const codes = await lentNow(pool, leases.buckets())
      await lane.run(async () => {
        await directory.load(codes)
        const unknown = directory
          .streams()
          .filter((stream) => stream.state === null && isNow(stream) && leases.owns(stream.deviceId))
        if (unknown.length > 0) await inTransaction(pool, (tx) => loadStates(tx, unknown))
      })
      await countRecovered(pool)
    } catch (error) {
      lookedUpAt = Number.NEGATIVE_INFINITY
      throw error
    }
  }

  const tick = async (): Promise<void> => {
    const now = Date.now()
    const folds: { stream: Stream; state: StreamState; changes: Change[] }[] = []
    for (const stream of directory.streams()) {
      const { state, context } = stream
      if (!leases.owns(stream.deviceId) || state === null || state === 'refolding' || !isDue(stream, state, now))
        continue
      const next = fold(state, [], context, now)
      if (next.changes.length > 0) folds.push({ stream, ...next })
    }
    if (folds.length === 0) return
    await fenced(pool, leases.epoch(), (tx) => recordChanges(tx, folds))
    for (const { stream, state } of folds) stream.state = state
    alarmsChanged()
  }

  /** Lent now, and not heard of since as far as we know: mostly none. */
  const unheard = (): number[] =>
    directory
      .streams()
      .filter(
        (stream) =>
          isNow(stream) &&
          leases.owns(stream.deviceId) &&
          (stream.state === null || stream.state === 'refolding' || stream.state.heard === null),
      )
      .map(({ deviceId }) => deviceId)

  const gaps = async (): Promise<void> => {
    const buckets = leases.buckets()
    const changed = await fenced(pool, leases.epoch(), async (tx) => {
      // what comes in waits for this: rather later than for long
      await tx.query(`set local statement_timeout = ${MOST_MS}`)
      return (
        (await clearGaps(tx, buckets)) +
        (await raiseGaps(tx, buckets, gapPatienceMs)) +
        (await clearNeverHeard(tx, buckets)) +
        (hearingSince === null ? 0 : await raiseNeverHeard(tx, unheard(), hearingSince))
      )
    })
    if (changed > 0) alarmsChanged()
  }

  const turn = async (): Promise<void> => {
    if (!intakeUp()) {
      deafSince ??= performance.now()
      hearingSince = null
      // a server that starts is on its way to the broker
      if (performance.now() - deafSince > GRACE_MS) await intakeIsDown(pool)
      return
    }
    deafSince = null
    hearingSince ??= Date.now()
    await leases.known()
    await beat()
    await lookUp()
    await lane.run(tick)
    await lane.run(gaps)
  }
  const run = (): void => {
    running ??= turn()
      .catch((error) => {
        const facts = { error: error instanceof Error ? error.message : String(error) }
        if (isTimedOut(error)) log.warn(facts, 'to look for silences took too long, and was broken off')
        else log.debug(facts, 'silences are looked for a little later')
      })
      .finally(() => {
        running = null
      })
  }
  const timer = setInterval(run, EVERY_MS)
  run()

  return {
    /** Streams have been taken over, of which nobody may have spoken here. */
    lookSoon: (): void => {
      lookedUpAt = Number.NEGATIVE_INFINITY
    },
    stop: async (): Promise<void> => {
      clearInterval(timer)
      await running
    },
  }
}

const isNow = ({ context }: Stream): boolean =>
  context.from <= Date.now() && (context.to === null || context.to > Date.now())

const isDue = ({ context }: Stream, { heard, contact, open }: StreamState, now: number): boolean => {
  if (heard === null || open.silence !== undefined || (context.to !== null && context.to <= now)) return false
  const facts = factsAt(context.versions, now)
  return facts !== undefined && now - Math.max(heard, contact) > allowedMs(facts) && !isSuppressed('silence', facts)
}
