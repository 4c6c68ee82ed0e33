import type { LiveReading } from '../model/live.ts'
import type { Reading } from '../model/reading.ts'
import { type Change, fold, type StreamState } from '../rules/fold.ts'
import type { Directory } from '../store/directory.ts'
import { inTransaction, type Pool } from '../store/pool.ts'
import type { Inserted } from '../store/readings.ts'
import type { RefoldRequest } from '../store/refolds.ts'
import { isNewer, loadStates, type Stream, streamAt } from '../store/streams.ts'

/** A checkpoint this often in event time: what a restart or late data has to fold again is at most that, per stream. */
const CHECKPOINT_MS = 5 * 60_000

export type FreshFold = {
  streams: { stream: Stream; changes: Change[] }[]
  checkpoints: { stream: Stream; state: StreamState }[]
  refolds: RefoldRequest[]
  live: { orgId: string; item: LiveReading }[]
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
  for (const { deviceId, time } of readings) {
    const device = directory.byId(deviceId)
    const stream = device === undefined ? undefined : streamAt(device, time)
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
export const foldFresh = (directory: Directory, { fresh, joined }: Inserted): FreshFold => {
  const result: FreshFold = { streams: [], checkpoints: [], refolds: [], live: [], adopt: () => undefined }
  const adoptions: { stream: Stream; state: StreamState }[] = []
  for (const [stream, readings] of byStream(directory, fresh)) {
    const known = stream.state
    if (known === null || known === 'refolding') {
      const first = readings[0]
      if (first !== undefined)
        result.refolds.push({ shipmentId: stream.shipmentId, deviceId: stream.deviceId, from: first.time })
      continue
    }
    const inOrder = readings.filter((reading) => isNewer(known, reading))
    const late = readings.find((reading) => !isNewer(known, reading))
    if (late !== undefined)
      result.refolds.push({ shipmentId: stream.shipmentId, deviceId: stream.deviceId, from: late.time })
    const { state, changes } = fold(known, inOrder, stream.context)
    adoptions.push({ stream, state })
    if (changes.length > 0) result.streams.push({ stream, changes })
    if (inOrder.length > 0) {
      if (state.at !== null && state.at.time - stream.checkpointAt >= CHECKPOINT_MS)
        result.checkpoints.push({ stream, state })
      result.live.push({ orgId: stream.orgId, item: newest(stream, inOrder) })
    }
  }
  for (const [stream, readings] of byStream(directory, joined)) {
    const first = readings[0]
    if (first !== undefined)
      result.refolds.push({ shipmentId: stream.shipmentId, deviceId: stream.deviceId, from: first.time })
  }
  result.adopt = () => {
    for (const { stream, state } of adoptions) stream.state = state
    for (const { stream, state } of result.checkpoints) stream.checkpointAt = state.at?.time ?? stream.checkpointAt
  }
  return result
}

const byStream = (directory: Directory, readings: readonly Reading[]): Map<Stream, Reading[]> => {
  const groups = new Map<Stream, Reading[]>()
  for (const reading of readings) {
    const device = directory.byId(reading.deviceId)
    const stream = device === undefined ? undefined : streamAt(device, reading.time)
    if (stream === undefined) continue
    const group = groups.get(stream)
    if (group === undefined) groups.set(stream, [reading])
    else group.push(reading)
  }
  for (const group of groups.values()) if (group.length > 1) group.sort((a, b) => a.time - b.time || a.seq - b.seq)
  return groups
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
