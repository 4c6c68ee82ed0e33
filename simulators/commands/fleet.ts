import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { DeviceId } from '../../server/model/reading.ts'
import { type Api, signIn } from '../api.ts'
import { backFor, createClock, LONGEST_BACK_MS } from '../clock.ts'
import type { DevicePlan } from '../device.ts'
import { describe, runFleet } from '../fleet.ts'
import { parseMix, planFleet } from '../fleet-plan.ts'
import { ROUTES } from '../geography.ts'
import { SCENARIOS } from '../scenario.ts'
import { substanceOf } from '../substance.ts'
import { createTrip } from '../trip.ts'
import { brokerUrl, Mistake, needed, number, oneOf, readJson, type Surroundings, seconds, whole } from './options.ts'

export const FLEET_HELP = `fleet: run a fleet of simulated tanks on their way
  --devices 10                 how many
  --interval 10                s between readings; --report 60: s between messages (default: the interval)
  --mix normal=80,heating=5,…  weights of the scenarios below
  --speed-up 1                 above 1 the run starts in the past, catches up with now, and goes on at normal speed
  --back 24h                   how far back it starts then, at most 29d; default: what the duration lets it catch up, or 24h
  --duration 10m               ends after this; default: never
  --seed 1                     the same seed gives the same fleet
  --mqtt mqtt://127.0.0.1:1883
  --api http://127.0.0.1:3000 --email e --password p   registers devices and shipments, or
  --credentials file.json      [{"deviceId","secret"}]: devices that exist
  --save-credentials file.json keeps what was registered
  --pressure-reference absolute|gauge
scenarios
${Object.entries(SCENARIOS)
  .map(([name, { acts, looksLike }]) => `  ${name.padEnd(14)} ${acts}\n${' '.repeat(17)}→ ${looksLike}`)
  .join('\n')}`

const OPTIONS = {
  devices: { type: 'string', default: '10' },
  interval: { type: 'string', default: '10' },
  report: { type: 'string' },
  mix: {
    type: 'string',
    default:
      'normal=80,heating=5,leak=5,self-heating=2,relief-lifted=2,frozen-sensor=2,silence=2,duplicates=1,skewed-clock=1',
  },
  'speed-up': { type: 'string', default: '1' },
  back: { type: 'string' },
  duration: { type: 'string' },
  seed: { type: 'string', default: '1' },
  mqtt: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
  api: { type: 'string' },
  email: { type: 'string' },
  password: { type: 'string' },
  credentials: { type: 'string' },
  'save-credentials': { type: 'string' },
  'pressure-reference': { type: 'string', default: 'absolute' },
} as const

const Credentials = z.array(z.object({ deviceId: DeviceId, secret: z.string().min(1) })).min(1)
const USUAL_SPAN_MS = 30 * 60_000 // within which scenarios begin in a run without end

/** Registers the device of a plan, with a shipment along its route, and gives its secret. */
const register = async (api: Api, plan: DevicePlan, reportSeconds: number): Promise<string> => {
  const { id, intervalSeconds, pressureReference } = plan
  const secret = await api.registerDevice({ id, intervalSeconds, reportSeconds, pressureReference })
  const waypoints = ROUTES.get(plan.route)?.waypoints ?? []
  const [origin, destination] = [waypoints.at(0), waypoints.at(-1)]
  const route = ROUTES.get(plan.route)
  if (!route || !origin || !destination) throw new Error(`there is no route ${plan.route}`)
  await api.createShipment({
    reference: `Simulated ${id} ${plan.scenario}`,
    substanceCas: plan.substanceCas,
    origin: { name: origin.name, lat: origin.lat, lon: origin.lon },
    destination: { name: destination.name, lat: destination.lat, lon: destination.lon },
    departAt: plan.startedAt,
    eta: Math.round(createTrip(route, plan.startedAt, `${plan.seed}/${id}`).arriveAt),
    limits: substanceOf(plan.substanceCas).limits,
    deviceId: id,
    from: plan.startedAt,
  })
  return secret
}

/** True when nothing that was sent stayed unacknowledged. */
export const fleetCommand = async (args: string[], { say, signal }: Surroundings): Promise<boolean> => {
  const { values } = parseArgs({ args, options: OPTIONS })
  const mqtt = brokerUrl(values.mqtt)
  const mix = parseMix(values.mix)
  if ('problem' in mix) throw new Mistake(mix.problem)
  const intervalSeconds = seconds('interval', values.interval)
  if (intervalSeconds < 0.01) throw new Mistake('--interval is at least 0.01')
  const reportSeconds = Math.max(intervalSeconds, seconds('report', values.report ?? values.interval))
  const speedUp = number('speed-up', values['speed-up'], 1)
  const durationMs = values.duration === undefined ? undefined : seconds('duration', values.duration) * 1000
  const backMs =
    values.back === undefined
      ? backFor(speedUp, durationMs)
      : Math.min(LONGEST_BACK_MS, seconds('back', values.back) * 1000)
  if (backMs > 0 && speedUp === 1) throw new Mistake('--back needs a --speed-up above 1, or it would never catch up')
  const given = values.credentials === undefined ? undefined : await readJson(values.credentials, Credentials)

  const clock = createClock(Date.now(), backMs, speedUp)
  const plans = planFleet({
    devices: given?.length ?? whole('devices', values.devices, 1),
    mix: mix.mix,
    seed: values.seed,
    intervalSeconds,
    readFrom: clock.startMs,
    until: durationMs === undefined ? Date.now() + USUAL_SPAN_MS : clock.at(Date.now() + durationMs),
    boot: Math.floor(Date.now() / 1000),
    pressureReference: oneOf('pressure-reference', values['pressure-reference'], ['absolute', 'gauge']),
  })
  const secrets = new Map<string, string>()
  const named = plans.map((plan, index) => ({ ...plan, id: given?.[index]?.deviceId ?? plan.id }))
  if (given) for (const { deviceId, secret } of given) secrets.set(deviceId, secret)
  else {
    const api = await signIn(
      needed('api or --credentials', values.api),
      needed('email', values.email),
      needed('password', values.password),
    )
    await api.ensureSubstances([...new Set(plans.map((plan) => plan.substanceCas))].map(substanceOf))
    for (const [index, plan] of named.entries()) {
      if (signal.aborted) return false
      secrets.set(plan.id, await register(api, plan, reportSeconds))
      if ((index + 1) % 100 === 0) say(`${index + 1} of ${named.length} registered`)
    }
  }
  if (values['save-credentials'] !== undefined) {
    const list = [...secrets].map(([deviceId, secret]) => ({ deviceId, secret }))
    await writeFile(values['save-credentials'], JSON.stringify(list, undefined, 2), { mode: 0o600 })
  }
  const realStart = Date.now()
  // registering took its time: the clock starts with the run, not with the preparations
  const running = createClock(realStart, realStart - clock.startMs, speedUp)
  say(
    `${named.length} devices from ${new Date(running.startMs).toISOString()} on${speedUp > 1 ? `, ${speedUp} times as fast, with the clock again in ${Math.ceil((running.caughtUpAt - realStart) / 1000)} s` : ''}`,
  )
  const counts = await runFleet({
    members: named.map((plan) => ({ plan, secret: secrets.get(plan.id) ?? '', reportSeconds })),
    mqtt,
    clock: running,
    ...(durationMs !== undefined && { endAt: realStart + durationMs }),
    signal,
    say,
    sayEveryMs: 10_000,
  })
  say(describe(counts))
  return counts.acknowledged === counts.sent
}
