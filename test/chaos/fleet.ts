import { connect } from 'mqtt'
import { createLink, type Link } from '../../simulators/link.ts'
import { createRandom } from '../../simulators/random.ts'
import { createFlash } from './flash.ts'

const EVERY_MS = 150
/** More often than batches are committed while devices send, so that there is poison in every one. */
const POISON_MS = 12

export type Account = { id: string; secret: string }
export type Measured = { seq: number; time: number; temperature: number }
/** Names a reading of a device, over its boots. */
export const nameOf = ({ seq, time }: { seq: number; time: number }): string => `${time}/${seq}`
export type ChaosDevice = {
  id: string
  /** all that it has measured, by name */
  measured: Map<string, Measured>
  /** names of those that the broker has acknowledged */
  acknowledged: Set<string>
  /** not covered by `committed` yet */
  kept(): number
}

export type Fleet = {
  devices: ChaosDevice[]
  /** sets the clock of a device; ms */
  jump(device: number, ms: number): void
  /** it is switched off and on: what it kept is still there, and its numbers begin anew in another boot */
  restart(device: number): void
  work(): void
  /** measures nothing more; what is kept is still sent */
  rest(): void
  /** messages that nobody can read: sent, and acknowledged by the broker */
  poison: { sent: number; acknowledged: number /** dead letters of them at the last look */; letters: number }
  close(): Promise<void>
}

/** A few degrees around the limit, for seconds at a time: an alarm now and then, each told to somebody. */
const temperatureAt = (random: () => number) => {
  let [hot, left] = [false, 10]
  return (): number => {
    left--
    if (left < 0) {
      hot = !hot
      left = 20 + Math.floor(random() * 40)
    }
    return (hot ? 33 : 24) + Math.floor(random() * 4) / 2
  }
}

/** What cannot be read, each in its own way. */
const POISON = [
  'not JSON',
  '{"time":',
  '[]',
  '{"time":"yesterday","temperature":20}',
  '{"time":1e300,"temperature":20}',
  `{"time":${Date.now()},"seq":-1,"boot":1,"temperature":20}`,
  `{"time":${Date.now()},"temperature":1e308}`,
  '\u0000\u0000',
  `{"time":${Date.now()},"extra":{"note":"\\u0000"},"temperature":"hot"}`,
  `{"readings":[${'{},'.repeat(50)}{}]}`,
]

/** Devices as they should be, each with a reading every 150 ms, and one that sends what nobody can read. */
export const startFleet = (
  url: string,
  accounts: readonly Account[],
  poisoner: Account,
  { seed, doubtMs }: { seed: number; doubtMs: number },
): Fleet => {
  const offsets = accounts.map(() => 0)
  const made = accounts.map(({ id, secret }) => {
    const outbox = createFlash(500)
    const acknowledged = new Set<string>()
    const watched: typeof outbox = {
      ...outbox,
      acknowledge: (batch, now) => {
        for (const { reading } of batch) acknowledged.add(nameOf(reading))
        outbox.acknowledge(batch, now)
      },
    }
    const link: Link = createLink({ url, deviceId: id, secret, outbox: watched, batch: 50, inFlight: 5, doubtMs })
    const device: ChaosDevice = { id, measured: new Map(), acknowledged, kept: () => outbox.counts().kept }
    return { device, outbox, link, seq: 0, temperature: temperatureAt(createRandom(seed, id).next) }
  })
  let working = false
  const timer = setInterval(() => {
    if (!working) return
    for (const [index, unit] of made.entries()) {
      const { device, outbox, link, temperature } = unit
      const one = { seq: unit.seq++, time: Date.now() + (offsets[index] ?? 0), temperature: temperature() }
      device.measured.set(nameOf(one), one)
      outbox.keep([{ ...one, boot: outbox.boot() }])
      link.flush()
    }
  }, EVERY_MS)

  const poison = { sent: 0, acknowledged: 0, letters: 0 }
  const bad = connect(url, {
    clientId: poisoner.id, username: poisoner.id, password: poisoner.secret, reconnectPeriod: 500, keepalive: 5,
  }) // biome-ignore format: one group
  bad.on('error', () => undefined)
  const poisoning = setInterval(() => {
    if (!working || !bad.connected) return
    bad.publish(
      `zaitu/v1/devices/${poisoner.id}/telemetry`,
      POISON[poison.sent++ % POISON.length] ?? '',
      { qos: 1 },
      (error) => {
        if (!error) poison.acknowledged++
      },
    )
  }, POISON_MS)
  for (const { link } of made) link.open()

  return {
    devices: made.map(({ device }) => device),
    jump: (index, ms) => {
      offsets[index] = ms
    },
    restart: (index) => {
      const unit = made[index]
      if (unit === undefined) return
      unit.link.cut()
      // 500, then 1, 501, 2, 502 …: a number of its own each time, and now and then a lower one
      const boot = unit.outbox.boot()
      unit.outbox.restart(boot >= 500 ? boot - 499 : boot + 500)
      unit.seq = 0
      unit.link.open()
    },
    work: () => {
      working = true
    },
    rest: () => {
      working = false
    },
    poison,
    close: async () => {
      clearInterval(timer)
      clearInterval(poisoning)
      await bad.endAsync(true)
      await Promise.all(made.map(({ link }) => link.close()))
    },
  }
}
