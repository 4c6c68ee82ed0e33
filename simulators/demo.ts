import { z } from 'zod'
import { Instant } from '../server/model/instant.ts'
import { DeviceId } from '../server/model/reading.ts'
import { type DevicePlan, history } from './device.ts'
import { ROUTES } from './geography.ts'
import { SCENARIO_NAMES, type ScenarioName } from './scenario.ts'
import { substanceOf } from './substance.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** What the server tells about one device of its demo, by file or as an IPC message. */
export const DemoDevice = z.object({
  deviceId: DeviceId,
  secret: z.string().min(1),
  substanceCas: z.string(),
  scenario: z.enum(SCENARIO_NAMES).default('normal'),
  route: z.enum([...ROUTES.keys()]),
  pressureReference: z.enum(['absolute', 'gauge']).default('absolute'),
  /** departure; the tank has lived from then on */
  startedAt: Instant,
  intervalSeconds: z.number().positive().default(5),
  /** s between messages; the interval where it isn't given */
  reportSeconds: z.number().positive().optional(),
  /** °C that a `heating` device passes two and a half minutes after the start; the substance's own where it isn't given */
  temperatureHigh: z.number().optional(),
  /** where the server's stored readings end: what comes after is sent. Six hours back where it isn't given */
  sendFrom: Instant.optional(),
  /** s from the start to a stretch without coverage, and its length; the first `normal` device has one anyway */
  tunnel: z.object({ afterSeconds: z.number().nonnegative(), seconds: z.number().positive() }).optional(),
})
export type DemoDevice = z.infer<typeof DemoDevice>
export const DemoDevices = z.array(DemoDevice).min(1)
/** What the server sends to the process that it forks; the devices alone, too. */
export const DemoMessage = z.union([
  DemoDevices.transform((devices) => ({ devices, supplierLink: undefined })),
  z.object({ devices: DemoDevices, supplierLink: z.url().optional() }),
])

const BACKLOG_MS = 6 * HOUR
const HEATED_SINCE_MS = 6 * MINUTE
const PASSES_AFTER_MS = 2.5 * MINUTE
const GOES_ON_FOR_MS = 8 * MINUTE
/** whoever just started it wants to see all of the fleet first */
const COVERED_FOR_MS = 10 * MINUTE
const TUNNEL = { afterSeconds: 60, seconds: 180 }

/** Minutes from the start of the demo to the onset: what takes hours began before it. */
const ONSET_MINUTES: Record<ScenarioName, number> = {
  normal: 0,
  heating: -HEATED_SINCE_MS / MINUTE,
  leak: -180,
  'self-heating': -30,
  'gas-evolution': -60,
  'relief-lifted': -35,
  'frozen-sensor': -40,
  silence: 4,
  duplicates: -60,
  'skewed-clock': 2,
}

/**
 * Loading temperature and heater so that the thermometer passes the limit when it should. The loading temperature puts
 * it 2.5 °C below the limit at the onset, whatever weather and insulation did before; the heater is found by bisection.
 */
const aimAtLimit = (plan: DevicePlan, limit: number, onsetMs: number, passesMs: number): DevicePlan => {
  const reads = (candidate: DevicePlan, ms: number) => history(candidate, ms, ms, 1)[0]?.temperature ?? limit
  let temperature = limit - 3
  for (let i = 0; i < 3; i++) temperature += limit - 2.5 - reads({ ...plan, scenario: 'normal', temperature }, onsetMs)
  const heated = { ...plan, temperature, onsetMs, durationMs: passesMs + GOES_ON_FOR_MS - onsetMs }
  let [low, high] = [0, 200]
  for (let i = 0; i < 16; i++) {
    const strength = (low + high) / 2
    if (reads({ ...heated, strength }, passesMs) < limit + 0.1) low = strength
    else high = strength
  }
  return { ...heated, strength: high }
}

/** The plans of a demo that starts now. */
export const planDemo = (devices: readonly DemoDevice[], nowMs: number): DevicePlan[] => {
  const firstNormal = devices.find((device) => device.scenario === 'normal')
  return devices.map((device) => {
    const tunnel = device.tunnel ?? (device === firstNormal ? TUNNEL : undefined)
    const onsetMs = Math.max(device.startedAt, nowMs + ONSET_MINUTES[device.scenario] * MINUTE)
    const enters = nowMs + (tunnel?.afterSeconds ?? 0) * 1000
    const plan: DevicePlan = {
      id: device.deviceId,
      seed: 'demo',
      boot: Math.floor(nowMs / 1000),
      substanceCas: device.substanceCas,
      route: device.route,
      scenario: device.scenario,
      onsetMs,
      startedAt: device.startedAt,
      readFrom: Math.max(
        device.startedAt,
        device.sendFrom === undefined ? nowMs - BACKLOG_MS : device.sendFrom + device.intervalSeconds * 1000,
      ),
      intervalSeconds: device.intervalSeconds,
      pressureReference: device.pressureReference,
      coveredUntil: device.scenario === 'normal' ? nowMs + COVERED_FOR_MS : Number.POSITIVE_INFINITY,
      ...(device.scenario === 'leak' && { strength: 0.06 }),
      ...(tunnel && { deadTimes: [[enters, enters + tunnel.seconds * 1000]] }),
    }
    if (device.scenario !== 'heating') return plan
    const limit = device.temperatureHigh ?? substanceOf(device.substanceCas).limits.temperature.high
    return aimAtLimit(plan, limit, onsetMs, nowMs + PASSES_AFTER_MS)
  })
}
