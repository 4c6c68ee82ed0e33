import type { Alarm, RuleId } from '../model/alarm.ts'
import type { AlarmSource } from '../model/alarm-source.ts'
import type { Limits } from '../model/limits.ts'
import type { LimitKey, Side } from '../model/record.ts'
import { RuleSettingsChange } from '../model/rule-settings.ts'
import { derivedLimits } from '../rules/derived-limits.ts'
import { SETTINGS } from '../rules/facts.ts'
import { limitsInForce } from '../rules/limits-in-force.ts'
import { ownLimits } from './limit-settings.ts'
import type { Tx } from './pool.ts'
import { limitRecords } from './record.ts'
import { limitsHistory } from './versions.ts'

type Named = { measure: keyof Limits; sides: readonly Side[]; value: number }
type LimitSource = NonNullable<AlarmSource['limit']>

const SIDES: Record<string, Side> = { high: 'high', 'high-high': 'highHigh', low: 'low', 'low-low': 'lowLow' }

/** Which limit of its shipment an alarm speaks of, and on which side it may be; null where its rule goes by none. */
const limitNamed = ({ rule, limit, cause, figures }: Alarm): Named | null => {
  const [, measure, suffix = ''] = /^(temperature|pressure|level)-(.+)$/.exec(rule) ?? []
  const side = SIDES[suffix]
  if (side !== undefined && (measure === 'temperature' || measure === 'pressure' || measure === 'level'))
    return { measure, sides: [side], value: limit }
  const warm = { measure: 'temperature', sides: ['highHigh', 'high'] } as const
  if (rule === 'time-to-limit') return { ...warm, value: limit }
  if (rule === 'self-heating' && figures?.limitCelsius !== undefined) return { ...warm, value: figures.limitCelsius }
  if (rule === 'pressure-residual' && cause === 'relief-lifted')
    return { measure: 'pressure', sides: ['highHigh'], value: limit }
  return null
}

/** Rules round what they write to four digits. */
const isSame = (a: number | undefined, b: number): boolean => a !== undefined && Math.abs(a - b) < 1e-4

/**
 * What the limit followed from at the onset: of the version in force then, what people had set when it was written, and the
 * record. The record has no history: where it no longer tells this value, that it came from it is all that is known.
 */
const limitSource = async (tx: Tx, alarm: Alarm, shipmentId: string): Promise<LimitSource | null> => {
  const named = limitNamed(alarm)
  if (named === null) return null
  const { measure, sides, value } = named
  const onset = new Date(alarm.onset)
  const versions = (await limitsHistory(tx, shipmentId)).filter(({ from }) => from <= onset)
  const version = versions.at(-1)
  const record = (await limitRecords(tx, [shipmentId])).get(shipmentId)
  const own = await ownLimits(tx, shipmentId, version?.recordedAt ?? onset)
  const known = limitsInForce(record === undefined ? [] : derivedLimits(record).limits, own)

  const holds = (limits: Limits | undefined, side: Side): boolean => isSame(limits?.[measure]?.[side], value)
  const isMeant = (one: LimitKey & { value: number }): boolean =>
    one.measure === measure && sides.includes(one.side) && isSame(one.value, value)
  // what counts stands before what does not: a control temperature that somebody has loosened is still looked ahead to
  const found = [...known.limits, ...known.overruled].find(isMeant)
  const side = found?.side ?? sides.find((one) => holds(version?.limits, one))
  if (side === undefined) return null
  const before = versions.findLastIndex(({ limits }) => !holds(limits, side))
  const from = versions[before + 1]?.from.toISOString() ?? null
  if (found === undefined)
    return { measure, side, value, rule: null, origin: 'record', setBy: null, reason: null, consentBy: null, from, loosens: null } // biome-ignore format: one limit
  const { rule, origin, setBy, reason, consentBy } = found
  const loosens = consentBy === null ? null : (own.find(isMeant)?.consent?.loosens ?? null)
  return { measure, side, value, rule, origin, setBy, reason, consentBy, from, loosens }
}

type SettingName = NonNullable<AlarmSource['setting']>['name'] & keyof typeof SETTINGS

const SETTING: Partial<Record<RuleId, SettingName>> = {
  'rate-of-rise': 'rateOfRise',
  'time-to-limit': 'hoursToLimit',
  silence: 'silenceIntervals',
  shock: 'shock',
  tilt: 'tilt',
  'battery-low': 'battery',
  departure: 'dwellMinutes',
  arrival: 'dwellMinutes',
  'unplanned-stop': 'stopMinutes',
  'stage-overdue': 'overdueGraceDays',
}

const settingNamed = ({ rule, figures }: Alarm): SettingName | null => {
  if (rule === 'forecast-late') return figures?.slippedDays === undefined ? 'lateProbability' : 'slippedDays'
  // readings that were asked for again wait as long as the server is set to, not as a shipment is
  if (rule === 'silence' && figures?.missingTo !== undefined) return null
  return SETTING[rule] ?? null
}

type SettingRow = { shipment: boolean; settings: unknown; setBy: string | null; from: Date }

/** What the rule's own setting was at the onset, of the shipment, its organisation or the product; null to partners. */
const settingSource = async (tx: Tx, alarm: Alarm): Promise<AlarmSource['setting']> => {
  const name = settingNamed(alarm)
  if (name === null) return null
  const { rows } = await tx.query<{ ours: boolean; versions: SettingRow[] | null }>(
    `select a.org_id = app_org() as ours, (
       select jsonb_agg(v) from (
         select distinct on (r.shipment_id) r.shipment_id is not null as shipment, r.settings,
           name_of_person(r.set_by) as "setBy", r.valid_from as "from"
         from rule_settings r
         where r.org_id = a.org_id and (r.shipment_id is null or r.shipment_id = a.shipment_id) and r.valid_from <= a.onset
         order by r.shipment_id, r.valid_from desc, r.id desc) v) as versions
     from alarms a where a.id = $1::uuid`,
    [alarm.id],
  )
  const [row] = rows
  if (row === undefined || !row.ours) return null
  for (const origin of ['shipment', 'organisation'] as const) {
    const version = (row.versions ?? []).find(({ shipment }) => shipment === (origin === 'shipment'))
    const value = version === undefined ? undefined : RuleSettingsChange.parse(version.settings)[name]
    if (version !== undefined && typeof value === 'number')
      return { name, value, origin, setBy: version.setBy, from: new Date(version.from).toISOString() }
  }
  const value = SETTINGS[name]
  return typeof value === 'number' ? { name, value, origin: 'product', setBy: null, from: null } : null
}

/** Where an alarm's limit came from, as it was at its onset. */
export const alarmSource = async (tx: Tx, alarm: Alarm): Promise<AlarmSource> => ({
  limit: alarm.shipmentId === null ? null : await limitSource(tx, alarm, alarm.shipmentId),
  setting: await settingSource(tx, alarm),
})
