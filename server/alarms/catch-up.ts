import type { Lane } from '../ingest/lane.ts'
import type { LiveReading } from '../model/live.ts'
import type { Fold } from '../rules/fold.ts'
import type { Change, StreamState } from '../rules/state.ts'
import { recordChanges } from '../store/alarm-record.ts'
import type { Directory } from '../store/directory.ts'
import { fenced } from '../store/leases.ts'
import type { Pool, Tx } from '../store/pool.ts'
import { deleteRefolds, type Handed, handedOver, requestRefolds } from '../store/refolds.ts'
import { loadStates, readingsBetween, writeCheckpoints } from '../store/states.ts'
import { isWithin, type Stream } from '../store/streams.ts'
import { CHECKPOINT_MS, newest } from './fold-fresh.ts'
import type { Leases } from './leases.ts'

/** What has just been handed over waits this long for what another server is about to commit before it. */
const PATIENCE_MS = 150
/** Requests in one round, and readings of one stream in it. */
const MOST_REQUESTS = 20_000
const MOST_READINGS = 5_000
/** After another server has handed over of a device, what comes here waits its turn with it. */
const ELSEWHERE_MS = 60_000

type Deps = {
  pool: Pool
  lane: Lane
  directory: Directory
  leases: Leases
  fold: Fold
  live: { readings(items: { audience: readonly string[]; item: LiveReading }[]): void; alarmsChanged(): void }
}

type Stretch = { stream: Stream; state: StreamState; upTo: number; requests: Handed[] }
type Folded = Stretch & {
  changes: Change[]
  next: StreamState
  item: LiveReading | null
  checkpoint: boolean
  cut: number
}

export type CatchUp = {
  /** One round over what other servers have stored of our streams. */
  run(): Promise<void>
  /** Whether a stretch lies ahead of its stream's state, so that the next round takes it in passing. */
  isAhead(handed: { shipmentId: string; deviceId: number; from: number; to: number | null }): boolean
}

/**
 * Folds what other servers have handed over, in order and without going back: what lies ahead of a stream's state in event
 * time is read from the database and folded on. What lies behind it, or belongs to a stream that is not in memory, is left
 * to the refold that its request asks for.
 */
export const createCatchUp = ({ pool, lane, directory, leases, fold, live }: Deps): CatchUp => {
  const streamOf = ({ shipmentId, deviceId, from, to }: Parameters<CatchUp['isAhead']>[0]): Stream | undefined =>
    to === null
      ? undefined
      : directory
          .byId(deviceId)
          ?.streams.find((stream) => stream.shipmentId === shipmentId && isWithin(stream, from) && isWithin(stream, to))

  /** Streams that have been taken over and nobody has looked at yet. */
  const load = async (tx: Tx, handed: readonly Handed[]): Promise<void> => {
    const unknown = [...new Set(handed.flatMap((one) => streamOf(one) ?? []))].filter(({ state }) => state === null)
    await loadStates(tx, unknown)
    await requestRefolds(
      tx,
      unknown
        .filter(({ state }) => state === 'refolding')
        .map(({ shipmentId, deviceId, context, checkpointAt }) => ({
          shipmentId,
          deviceId,
          from: Math.max(context.from, checkpointAt),
        })),
    )
  }

  const round = async (epoch: string | null): Promise<Folded[]> =>
    fenced(pool, epoch, async (tx) => {
      const handed = await handedOver(tx, leases.buckets(), MOST_REQUESTS)
      if (handed.length === 0) return []
      for (const { deviceId, byEpoch } of handed) {
        const device = directory.byId(deviceId)
        if (device !== undefined && byEpoch !== epoch) device.elsewhereUntil = performance.now() + ELSEWHERE_MS
      }
      await load(tx, handed)
      const stretches = ahead(handed, streamOf)
      const readings = await readingsBetween(
        tx,
        stretches.map(({ stream, state, upTo }) => ({
          deviceId: stream.deviceId,
          after: state.at ?? { time: stream.context.from, seq: -1 },
          upTo,
        })),
        MOST_READINGS,
      )
      const folded = stretches.map((stretch, index): Folded => {
        const some = readings[index] ?? []
        const { state: next, changes } = fold(stretch.state, some, stretch.stream.context)
        const checkpoint = next.at !== null && next.at.time - stretch.stream.checkpointAt >= CHECKPOINT_MS
        const cut = some.length === MOST_READINGS ? (some.at(-1)?.time ?? 0) : Number.POSITIVE_INFINITY
        return {
          ...stretch,
          changes,
          next,
          checkpoint,
          cut,
          item: some.length === 0 ? null : newest(stretch.stream, some),
        }
      })
      await recordChanges(tx, folded)
      await writeCheckpoints(
        tx,
        folded.filter(({ checkpoint }) => checkpoint).map(({ stream, next }) => ({ stream, state: next })),
      )
      await deleteRefolds(
        tx,
        // of what was too much for one round, only what has been folded whole
        folded.flatMap(({ requests, cut }) => requests.filter(({ to }) => to < cut).map(({ id }) => id)),
      )
      return folded
    })

  return {
    isAhead: (handed) => {
      const state = streamOf(handed)?.state ?? null
      return typeof state === 'object' && state !== null && (state.at === null || handed.from > state.at.time)
    },
    run: () =>
      lane.run(async () => {
        if (leases.buckets().length === 0) return
        const folded = await round(leases.epoch())
        for (const { stream, next, checkpoint } of folded) {
          stream.state = next
          if (checkpoint) stream.checkpointAt = next.at?.time ?? stream.checkpointAt
        }
        const items = folded.flatMap(({ stream, item }) => (item === null ? [] : [{ audience: stream.audience, item }]))
        if (items.length > 0) live.readings(items)
        if (folded.some(({ changes }) => changes.length > 0)) live.alarmsChanged()
      }),
  }
}

/** Of each stream how far it can be folded on: past what is old enough, and not into the middle of what is younger. */
const ahead = (handed: readonly Handed[], streamOf: (one: Handed) => Stream | undefined): Stretch[] => {
  const byStream = new Map<Stream, Handed[]>()
  for (const one of handed) {
    const stream = streamOf(one)
    if (stream === undefined) continue
    const group = byStream.get(stream)
    if (group === undefined) byStream.set(stream, [one])
    else group.push(one)
  }
  return [...byStream].flatMap(([stream, group]): Stretch[] => {
    const { state } = stream
    if (state === null || state === 'refolding') return []
    const at = state.at?.time ?? Number.NEGATIVE_INFINITY
    const later = group.filter(({ from }) => from > at).sort((a, b) => a.from - b.from)
    let upTo = later.reduce((most, { to, ageMs }) => (ageMs >= PATIENCE_MS ? Math.max(most, to) : most), at)
    if (upTo === at) return []
    for (const { from, to } of later) if (from <= upTo) upTo = Math.max(upTo, to)
    return [{ stream, state, upTo, requests: later.filter(({ from }) => from <= upTo) }]
  })
}
