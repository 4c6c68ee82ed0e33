import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from './clock.ts'
import { createDevice, type DevicePlan } from './device.ts'
import { createLink } from './link.ts'
import { createOutbox } from './outbox.ts'
import { createRandom } from './random.ts'

export type Member = { plan: DevicePlan; secret: string; reportSeconds: number }

export type FleetCounts = {
  devices: number
  connected: number
  taken: number
  sent: number
  acknowledged: number
  committed: number
  waiting: number
  lost: number
}

export type FleetPlan = {
  members: readonly Member[]
  mqtt: string
  clock: Clock
  /** real epoch ms at which it ends by itself */
  endAt?: number
  signal: AbortSignal
  say: (sentence: string) => void
  /** how often to say how it goes, ms */
  sayEveryMs: number
}

const TICK_MS = 100
const OPENED_PER_TICK = 10 // a thousand sign-ins at once would time out
const SLICE_MS = 20
const FAREWELL_MS = 10_000

const createRunner = ({ plan, secret, reportSeconds }: Member, mqtt: string, say: (sentence: string) => void) => {
  const device = createDevice(plan)
  const outbox = createOutbox(plan.boot)
  const link = createLink({ url: mqtt, deviceId: plan.id, secret, outbox, say })
  const reportMs = reportSeconds * 1000
  const phase = createRandom(plan.seed, plan.id, 'report').between(0, reportMs)
  let opened = false
  let reported = -1
  let taken = 0
  return {
    outbox,
    link,
    lost: device.lost,
    taken: () => taken,
    /** Moves the device on; true when it opened a connection. */
    tick(now: number, mayOpen: boolean): boolean {
      const readings = device.advance(now, outbox.room())
      taken = (readings.at(-1)?.seq ?? taken - 1) + 1
      outbox.keep(readings)
      const covered = device.covered(now)
      if (!covered && opened) link.cut()
      const opening = covered && !opened && mayOpen
      if (opening) link.open()
      opened = opening || (opened && covered)
      const report = Math.floor((now - phase) / reportMs)
      if (report > reported) {
        reported = report
        if (opened) link.flush()
      }
      return opening
    },
  }
}

/** Runs devices against a broker until the signal, or the end. Resolves with what became of their readings. */
export const runFleet = async (plan: FleetPlan): Promise<FleetCounts> => {
  const { members, clock, signal, say } = plan
  // a thousand devices that cannot connect say one sentence, not a thousand
  const said = new Map<string, number>()
  const complain = (sentence: string) => {
    const gist = sentence.replace(/^[^:]*: /, '')
    const times = (said.get(gist) ?? 0) + 1
    said.set(gist, times)
    if (Number.isInteger(Math.log10(times))) say(times === 1 ? sentence : `${gist} (${times} times so far)`)
  }
  const runners = members.map((member) => createRunner(member, plan.mqtt, complain))
  const counts = (): FleetCounts => {
    const sum = { connected: 0, taken: 0, sent: 0, acknowledged: 0, committed: 0, waiting: 0, lost: 0 }
    for (const { outbox, link, taken, lost } of runners) {
      const { sent, acknowledged, committed, waiting } = outbox.counts()
      if (link.connected()) sum.connected += 1
      sum.taken += taken()
      sum.lost += lost()
      sum.sent += sent
      sum.acknowledged += acknowledged
      sum.committed += committed
      sum.waiting += waiting
    }
    return { devices: runners.length, ...sum }
  }

  let nextWord = Date.now() + plan.sayEveryMs
  const ended = () => signal.aborted || (plan.endAt !== undefined && Date.now() >= plan.endAt)
  while (!ended()) {
    let mayOpen = OPENED_PER_TICK
    let sliceEnds = Date.now() + SLICE_MS
    const tickEnds = Date.now() + TICK_MS
    for (const runner of runners) {
      if (runner.tick(clock.at(Date.now()), mayOpen > 0)) mayOpen -= 1
      if (Date.now() < sliceEnds) continue
      await breathe()
      if (ended()) break
      sliceEnds = Date.now() + SLICE_MS
    }
    if (Date.now() >= nextWord) {
      nextWord = Date.now() + plan.sayEveryMs
      say(`${new Date(clock.at(Date.now())).toISOString()} ${describe(counts())}`)
    }
    await sleep(Math.max(1, tickEnds - Date.now()), undefined, { signal }).catch(() => undefined)
  }
  for (const { link } of runners) link.flush()
  const giveUpAt = Date.now() + FAREWELL_MS
  const open = () =>
    runners.some(({ link, outbox }) => {
      const { waiting, sent, acknowledged } = outbox.counts()
      return link.connected() && (waiting > 0 || acknowledged < sent)
    })
  while (!signal.aborted && Date.now() < giveUpAt && open()) await sleep(20)
  const result = counts()
  await Promise.all(runners.map(({ link }) => link.close()))
  return result
}

export const describe = (counts: FleetCounts): string =>
  `${counts.connected} of ${counts.devices} connected; readings taken ${counts.taken}, sent ${counts.sent}, acknowledged ${counts.acknowledged}, committed ${counts.committed}, waiting ${counts.waiting}${counts.lost > 0 ? `, lost ${counts.lost}` : ''}`
