import type { RuleId } from '../model/alarm.ts'
import type { Limits } from '../model/limits.ts'
import type { RuleSettings, RuleSettingsChange } from '../model/rule-settings.ts'
import type { Phase } from '../model/shipment.ts'
import type { FillingRule } from '../physics/filling.ts'

/** A liquid's or gas's own figures, as far as they are known. */
export type Cargo = {
  /** log10(mmHg) = a − b/(c + °C), good from `from` to `to` °C where that is known */
  antoine: { a: number; b: number; c: number; from: number | null; to: number | null } | null
  /** cubic expansion, 1/K */
  expansion: number | null
  /** under its own vapour pressure, without a gas pad */
  liquefied: boolean
  /** filled fraction, and °C at which it was filled */
  filling: { fraction: number; celsius: number } | null
  /** °C; null where no temperature control applies */
  control: number | null
  emergency: number | null
  /** may decompose or polymerise by itself */
  reactive: boolean
}

/** Pressures in bar absolute. */
export type TankFacts = {
  capacityLitres: number
  mawp: number | null
  testPressure: number | null
  relief: number | null
  /** by which rule its degree of filling is judged; null where none follows from its kind (of a road tank, say) */
  filling: FillingRule | null
}

export type Circle = { lat: number; lon: number; radiusMetres: number }

export type TripFacts = {
  origin: Circle
  destination: Circle
  /** planned way, [lat, lon] in degrees, and how far from it is still on it; null where none is planned */
  corridor: { points: readonly (readonly [lat: number, lon: number])[]; metres: number } | null
  /** where a stop is planned or usual */
  stops: readonly Circle[]
  /** epoch ms */
  departAt: number
  eta: number
}

/** What the rules go by; RuleSettings says each in its unit. */
export type Settings = RuleSettings

export const SETTINGS: Settings = {
  onDelayMs: {},
  // a rough stretch of road is one thing, not fifty
  offDelayMs: { shock: 600_000, tilt: 600_000 },
  deadband: { temperature: 0.5, pressure: 0.05, level: 0.01 },
  rateOfRise: 3,
  hoursToLimit: 6,
  shock: 3,
  tilt: 30,
  battery: 15,
  silenceIntervals: 3,
  dwellMinutes: 10,
  stopMinutes: 60,
  overdueGraceDays: 1,
  lateProbability: 0.5,
  slippedDays: 3,
}

/** All that a stream's rules go by beside its readings. A missing part disables only the rules that need it. */
export type Facts = {
  limits: Limits
  phase: Phase
  cargo: Cargo | null
  tank: TankFacts | null
  trip: TripFacts | null
  /** ms between two readings, and between two messages */
  intervalMs: number
  reportMs: number
  /** the pressure is measured against the air around, which has less of it the higher the road goes; absolute if not said */
  gauge?: boolean
  settings: Settings
  /** rules that are out of service on this shipment */
  outOfService: readonly RuleId[]
}

/** Facts with nothing but limits: of a shipment in transit of which no more is known. */
export const plainFacts = (limits: Limits): Facts => ({
  limits,
  phase: 'in-transit',
  cargo: null,
  tank: null,
  trip: null,
  intervalMs: 60_000,
  reportMs: 60_000,
  settings: SETTINGS,
  outOfService: [],
})

const given = <T extends object>(settings: T): { [K in keyof T]?: Exclude<T[K], undefined> } => {
  const entries = Object.entries(settings).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> }
}

/** Settings with what is set otherwise. */
export const settingsWith = (
  settings: Settings,
  { deadband = {}, onDelayMs = {}, offDelayMs = {}, ...others }: RuleSettingsChange,
): Settings => ({
  ...settings,
  ...given(others),
  deadband: { ...settings.deadband, ...given(deadband) },
  onDelayMs: { ...settings.onDelayMs, ...onDelayMs },
  offDelayMs: { ...settings.offDelayMs, ...offDelayMs },
})
