import type { Lane } from '../ingest/lane.ts'
import type { Logger } from '../log.ts'
import { RULES_VERSION } from '../rules/version.ts'
import type { Directory } from '../store/directory.ts'
import { bucketOf, giveBack, type Held, holdLeases, leave } from '../store/leases.ts'
import type { Pool } from '../store/pool.ts'

/** A server says so this often that it is alive; one that has not for `HOLD_MS` is held to be dead. */
const BEAT_MS = 1_000
const HOLD_MS = 5_000
/** One that was stopped in order is expected back for this long. */
const BACK_MS = 60_000

export type LeaseOptions = {
  /** names the server over restarts: one that begins to run takes the place of one that was killed, at once */
  name?: string
  /** ends the application_name of its sessions in the database, `zaitu …#session`, so that those of a dead one can be ended */
  session?: string
  /** another server is there no longer, of this name: told to the one that found it */
  gone?(name: string): void
  beatMs?: number
  holdMs?: number
  /** of the rules; those of this program unless given otherwise */
  version?: number
}

/** Which streams this server folds. */
export type Leases = {
  /** Resolves when it is known which; at once, but for the first time. Rejects while the database is away. */
  known(): Promise<void>
  owns(deviceId: number): boolean
  /** Another one each time this server takes the stream over, null while it is not ours: what began in one ends with it. */
  tenure(deviceId: number): number | null
  buckets(): number[]
  /** names this run of this server to the database; null while it has no place */
  epoch(): string | null
  /** whether no other server is up */
  alone(): boolean
  /** It has been found that another server took over: nothing is folded here until a place is found anew. */
  lost(): void
  stop(): Promise<void>
}

type Deps = LeaseOptions & { pool: Pool; lane: Lane; directory: Directory; log: Logger; gained(): void }

/**
 * Holds this server's share of the buckets. What is memory of a bucket goes before it is given back and when it is taken,
 * in the lane: nothing is folded on a state that another server has gone on from.
 */
export const createLeases = ({
  pool,
  lane,
  directory,
  log,
  gained,
  name = 'server',
  session = '',
  gone,
  beatMs = BEAT_MS,
  holdMs = HOLD_MS,
  version = RULES_VERSION,
}: Deps): Leases => {
  /** buckets, each with the number of its tenure */
  let owned: ReadonlyMap<number, number> = new Map()
  let tenures = 0
  /** the last that was told, and the one that what is recorded must still have */
  let told: string | null = null
  let epoch: string | null = null
  let others = 0
  let namesake = false
  let begun = false
  let running: Promise<void> | null = null
  let stopped = false

  const adopt = (held: Held): void => {
    const fresh = held.epoch === epoch ? held.buckets.filter((bucket) => !owned.has(bucket)) : held.buckets
    const taken = new Set(fresh)
    directory.forget((deviceId) => taken.has(bucketOf(deviceId)) || !held.buckets.includes(bucketOf(deviceId)))
    tenures++
    owned = new Map(
      held.buckets.map((bucket) => [bucket, taken.has(bucket) ? tenures : (owned.get(bucket) ?? tenures)]),
    )
    told = held.epoch
    epoch = held.epoch
    if (others > 0 || held.others > 0)
      log.info({ buckets: owned.size, others: held.others, epoch }, 'the streams are shared out among the servers')
    others = held.others
    if (fresh.length > 0) gained()
  }

  const beat = async (): Promise<void> => {
    const held = await holdLeases(pool, { epoch: told, name, session, holdMs, version })
    if (stopped) return
    if (held.namesake && !namesake)
      log.warn(
        { server: name },
        'another server runs under the same name, and they cut each other off: give each a MQTT_CLIENT_ID of its own',
      )
    namesake = held.namesake
    for (const other of held.gone) {
      log.warn({ server: other }, 'a server is there no longer: what was its is taken over')
      gone?.(other)
    }
    if (!begun) {
      // nobody can be folding yet
      begun = true
      adopt(held)
    } else if (
      held.epoch !== epoch ||
      held.buckets.length !== owned.size ||
      !held.buckets.every((one) => owned.has(one))
    )
      await lane.run(async () => adopt(held))
    else others = held.others
    if (held.surplus.length > 0)
      await lane.run(async () => {
        const surplus = new Set(held.surplus)
        adopt({ ...held, buckets: held.buckets.filter((bucket) => !surplus.has(bucket)) })
        await giveBack(pool, held.epoch, held.surplus)
      })
  }

  const run = (): Promise<void> => {
    running ??= beat().finally(() => {
      running = null
    })
    return running
  }
  const timer = setInterval(() => {
    run().catch((error: unknown) => log.debug({ error: String(error) }, 'the share of streams is held a little later'))
  }, beatMs)

  return {
    known: async () => {
      // the first beat does not wait for the lane, in which somebody waits here
      while (!begun) await run()
    },
    owns: (deviceId) => owned.has(bucketOf(deviceId)),
    tenure: (deviceId) => owned.get(bucketOf(deviceId)) ?? null,
    buckets: () => [...owned.keys()],
    epoch: () => epoch,
    alone: () => others === 0,
    lost: () => {
      if (epoch !== null)
        log.warn({ epoch }, 'another server has taken the place of this one, which was away for too long')
      owned = new Map()
      epoch = null
    },
    stop: async () => {
      stopped = true
      clearInterval(timer)
      await running?.catch(() => undefined)
      if (told !== null)
        await leave(pool, told, BACK_MS).catch((error: unknown) =>
          log.debug({ error: String(error) }, 'others will find that this server is gone'),
        )
    },
  }
}
