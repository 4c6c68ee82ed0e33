import type { Logger } from '../log.ts'
import type { Batch, TurnedAway } from './batch.ts'

type Way = { device: string; boot: number | null; readings: number; first: string; last: string; seq: [number, number] }

/**
 * A reading's way at debug: a line for each device in a batch that was committed, with the batch's number, the numbers
 * and times of its readings; and one for each dead letter. `grep '"device":"tank-1"'` finds what became of a device's
 * readings, `grep '"batch":41,'` what was committed with them, or what held them up.
 */
export const trace = (
  log: Logger,
  { number, batch, turnedAway = [] }: { number: number; batch: Batch; turnedAway?: readonly TurnedAway[] },
  codeOf: (deviceId: number) => string | undefined,
  ms: number,
): void => {
  const ways = new Map<string, Way>()
  for (const { deviceId, boot, seq, time } of batch.readings) {
    const at = new Date(time).toISOString()
    const key = `${deviceId} ${boot}`
    const way = ways.get(key)
    if (way === undefined) {
      const device = codeOf(deviceId) ?? String(deviceId)
      ways.set(key, { device, boot, readings: 1, first: at, last: at, seq: [seq, seq] })
      continue
    }
    way.readings++
    if (at < way.first) way.first = at
    if (at > way.last) way.last = at
    way.seq = [Math.min(way.seq[0], seq), Math.max(way.seq[1], seq)]
  }
  for (const way of ways.values()) log.debug({ batch: number, ...way }, 'readings committed and acknowledged')
  for (const { topic, reason } of batch.letters) log.debug({ batch: number, topic, reason }, 'dead letter kept')
  for (const { index, reason } of turnedAway) {
    const { deviceId = 0 } = batch.readings[index] ?? {}
    log.debug({ batch: number, topic: batch.senders.get(deviceId)?.topic, reason }, 'dead letter kept')
  }
  log.debug(
    { batch: number, messages: batch.accepted.length, readings: batch.readings.length, ms: Math.round(ms) },
    'batch committed',
  )
}
