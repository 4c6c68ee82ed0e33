import type { LiveReading } from '../model/live.ts'
import type { Reading } from '../model/reading.ts'
import type { Fold } from '../rules/fold.ts'
import { type Change, isBefore, type StreamState } from '../rules/state.ts'
import type { Directory } from '../store/directory.ts'
import { inTransaction, type Pool } from '../store/pool.ts'
import type { Inserted } from '../store/readings.ts'
import type { RefoldRequest } from '../store/refolds.ts'
import { isNewer, loadStates } from '../store/states.ts'
import { isWithin, type KnownDevice, type Stream, streamAt } from '../store/streams.ts'

/** A checkpoint this often in event time: what a restart or late data has to fold again is at most that, per stream. */
const CHECKPOINT_MS = 15 * 60_000

export type FreshFold = {
  streams: { stream: Stream; changes: Change[] }[]
  checkpoints: { stream: Stream; state: StreamState }[]
  refolds: RefoldRequest[]
  live: { audience: readonly string[]; item: LiveReading }[]
  /** To be called after the commit, and only then. */
  adopt(): void
}

/**
 * Loads the states of streams that these readings belong to and that are not in memory yet. Before the readings are stored:
 * what is stored afterwards is folded as new. Answers those that are too far behind, for which a refold is to be asked.
 */
export const prepareStreams = async (
  pool: Pool,
  directory: Directory,
  readings: readonly Reading[],
): Promise<RefoldRequest[]> => {
  const unknown = new Set<Stream>()
  const streamOf = finder(directory)
  for (const reading of readings) {
    const stream = streamOf(reading)
    if (stream?.state === null) unknown.add(stream)
  }
  if (unknown.size === 0) return []
  await inTransaction(pool, (tx) => loadStates(tx, [...unknown]))
  return [...unknown]
    .filter((stream) => stream.state === 'refolding')
    .map((stream) => ({
      shipmentId: stream.shipmentId,
      deviceId: stream.deviceId,
      from: Math.max(stream.context.from, stream.checkpointAt),
    }))
}

/**
 * Folds what was stored just now into the streams it belongs to. In order: folded. Late, or changed after it had been
 * folded: a refold is asked for, in the same transaction. Nothing in memory changes until `adopt`.
 */
export const foldFresh = (directory: Directory, fold: Fold, { fresh, joined }: Inserted): FreshFold => {
  const result: FreshFold = { streams: [], checkpoints: [], refolds: [], live: [], adopt: () => undefined }
  const adoptions: { stream: Stream; state: StreamState }[] = []
  for (const [stream, readings] of byStream(directory, fresh)) {
    const known = stream.state
    if (known === null || known === 'refolding') {
      result.refolds.push(...asking(stream, readings))
      continue
    }
    const first = readings[0]
    const inOrder =
      first !== undefined && isNewer(known, first) ? readings : readings.filter((reading) => isNewer(known, reading))
    result.refolds.push(...asking(stream, readings.slice(0, readings.length - inOrder.length)))
    const { state, changes } = fold(known, inOrder, stream.context)
    adoptions.push({ stream, state })
    if (changes.length > 0) result.streams.push({ stream, changes })
    if (inOrder.length > 0) {
      if (state.at !== null && state.at.time - stream.checkpointAt >= CHECKPOINT_MS)
        result.checkpoints.push({ stream, state })
      result.live.push({ audience: stream.audience, item: newest(stream, inOrder) })
    }
  }
  for (const [stream, readings] of byStream(directory, joined)) result.refolds.push(...asking(stream, readings))
  result.adopt = () => {
    for (const { stream, state } of adoptions) stream.state = state
    for (const { stream, state } of result.checkpoints) stream.checkpointAt = state.at?.time ?? stream.checkpointAt
  }
  return result
}

/** A refold over all of these readings, ascending; none without any. */
const asking = ({ shipmentId, deviceId }: Stream, readings: readonly Reading[]): RefoldRequest[] => {
  const [first, last] = [readings[0], readings.at(-1)]
  return first === undefined || last === undefined ? [] : [{ shipmentId, deviceId, from: first.time, to: last.time }]
}

/** Readings come device by device: mostly it is the stream of the one before. */
const finder = (directory: Directory) => {
  let device: KnownDevice | undefined
  let stream: Stream | undefined
  return ({ deviceId, time }: Reading): Stream | undefined => {
    if (device?.id !== deviceId) {
      device = directory.byId(deviceId)
      stream = undefined
    }
    if (stream === undefined || !isWithin(stream, time)) stream = device && streamAt(device, time)
    return stream
  }
}

/** Each stream's readings, ascending by (time, seq). */
const byStream = (directory: Directory, readings: readonly Reading[]): Map<Stream, Reading[]> => {
  const groups = new Map<Stream, Reading[]>()
  const streamOf = finder(directory)
  let [stream, group]: [Stream?, Reading[]?] = []
  for (const reading of readings) {
    const next = streamOf(reading)
    if (next === undefined) continue
    if (next !== stream || group === undefined) {
      stream = next
      group = groups.get(next) ?? []
      groups.set(next, group)
    }
    group.push(reading)
  }
  for (const group of groups.values()) if (!isAscending(group)) group.sort((a, b) => a.time - b.time || a.seq - b.seq)
  return groups
}

const isAscending = (readings: readonly Reading[]): boolean => {
  let before: Reading | undefined
  for (const reading of readings) {
    if (before !== undefined && isBefore(reading, before)) return false
    before = reading
  }
  return true
}

const LIVE_MEASURES = ['temperature', 'pressure', 'level', 'ambient', 'lat', 'lon', 'battery'] as const

/** The newest value of each measure, under the time of the newest reading. */
const newest = (stream: Stream, readings: readonly Reading[]): LiveReading => {
  const last = readings.at(-1) ?? { time: 0, receivedAt: 0 }
  const item: LiveReading = {
    shipmentId: stream.shipmentId,
    deviceId: stream.deviceCode,
    time: new Date(last.time).toISOString(),
    receivedAt: new Date(last.receivedAt).toISOString(),
  }
  for (const measure of LIVE_MEASURES) {
    const value = readings.findLast((reading) => reading[measure] !== null)?.[measure]
    if (value !== undefined && value !== null) item[measure] = value
  }
  return item
}
