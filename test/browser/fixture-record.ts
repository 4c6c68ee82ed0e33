import type { Alarm } from '../../server/model/alarm.ts'
import type { AlarmSource } from '../../server/model/alarm-source.ts'
import type { Exposure, ExposureBudget } from '../../server/model/exposure.ts'
import type { LimitSources, Proposal, ResponseCard, SourcedLimit } from '../../server/model/record.ts'
import type { Report } from '../../server/model/report.ts'
import type { ShipmentDetail } from '../../server/model/shipment.ts'

const because = 'Neither an SADT nor an SAPT is recorded, and the substance is not entered as one that decomposes or polymerises by itself.' // biome-ignore format: one sentence

const MEASURES = ['temperature', 'pressure', 'level'] as const
const SIDES = ['high', 'highHigh', 'low', 'lowLow'] as const

/** The limits of a shipment as if a person had set them all, and one of the record that does not count. */
export const makeSources = ({ limits }: ShipmentDetail): LimitSources => {
  const all = MEASURES.flatMap((measure) =>
    SIDES.flatMap((side): SourcedLimit[] => {
      const value = limits[measure]?.[side]
      if (value === undefined) return []
      return [{ measure, side, value, rule: 'set by a person', origin: 'person', setBy: 'Li Wei', reason: null, consentBy: null }] // biome-ignore format: one limit
    }),
  )
  return {
    limits: all,
    overruled: [
      { measure: 'pressure', side: 'high', value: 3.416, rule: '90 % of MAWP 2.67 bar gauge', origin: 'record', setBy: null, reason: null, consentBy: null, because: 'A person has set a tighter one.' },
    ],
    advisory: [{ measure: 'pressure', value: 3.149, rule: '80 % of MAWP 2.67 bar gauge' }],
    disabled: [{ rule: 'control and emergency temperature (ADR 7.1.7.3)', because }],
    temperatureControl: { applies: false, because, control: null, emergency: null },
    filling: { fraction: 0.93, celsius: 15, highest: 0.9106, rule: 'ADR 4.2.1.9.3 (TP2), filled at 15 °C, expansion 0.001236 1/K', overfilled: true },
    effective: limits,
    rulesNotWatching: [
      { rule: 'corridor-left', because: 'No planned way is entered for this shipment.', partly: false },
    ],
  } // biome-ignore format: a table
}

/** The cards of two substances, one of them in both languages; a third has none. */
export const CARDS: Record<string, ResponseCard> = {
  '80-15-9': {
    en: { first: 'Cool with water from a distance and keep it away from metals and alkalis.', fire: 'Water spray.', spill: 'Do not absorb with sawdust.', distance: '250 m.' },
    zh: { first: '远距离喷水冷却，远离金属和碱。', fire: '喷水。', spill: '勿用木屑吸收。', distance: '250米。' },
  },
  '67-56-1': { en: { first: 'Keep ignition away; wear breathing protection: the vapour is toxic.', fire: 'Alcohol-resistant foam.', spill: 'Dam it.', distance: '50 m.' } },
} // biome-ignore format: a table

/** Of a limit alarm the emergency temperature, which somebody has loosened with consent; of the others nothing is told. */
export const makeAlarmSource = ({ rule, limit }: Alarm): AlarmSource => ({
  limit: /^temperature|time-to-limit/.test(rule)
    ? { measure: 'temperature', side: 'highHigh', value: limit, rule: 'set by a person, looser than the record asks for, with consent', origin: 'person', setBy: 'Li Wei', reason: 'tested to 60 °C', consentBy: 'Chen Yu', loosens: 30, from: '2026-05-02T00:00:00Z' }
    : /^pressure-high/.test(rule)
      ? { measure: 'pressure', side: 'high', value: limit, rule: '90 % of MAWP 2.67 bar gauge', origin: 'record', setBy: null, reason: null, consentBy: null, loosens: null, from: '1970-01-01T00:00:00Z' }
      : null,
  setting: rule === 'time-to-limit' ? { name: 'hoursToLimit', value: 6, origin: 'product', setBy: null, from: null } : null,
}) // biome-ignore format: a table

/** A day and a half of a trip; `budgets` as they were set. */
export const makeExposure = (budgets: readonly ExposureBudget[] = []): Exposure => ({
  from: new Date(Date.now() - 36 * 3_600_000).toISOString(),
  to: new Date().toISOString(),
  meanKineticCelsius: 22.45,
  coverage: 0.9722,
  knownMinutes: 2_100,
  beyond: [
    { side: 'high', limit: 30, minutes: 62, degreeHours: 5.17 },
    { side: 'highHigh', limit: 35, minutes: 0, degreeHours: 0 },
  ],
  budgets: budgets.map(({ above, minutes, degreeHours }) => ({
    above, minutes: 62, degreeHours: 5.17, allowedMinutes: minutes ?? null, allowedDegreeHours: degreeHours ?? null,
    used: Math.max(minutes === undefined ? 0 : 62 / minutes, degreeHours === undefined ? 0 : 5.17 / degreeHours),
  })),
  resolutionSeconds: 60,
}) // biome-ignore format: a table

export const makeReport = (shipment: ShipmentDetail): Report => ({
  generatedAt: new Date().toISOString(),
  reference: shipment.reference,
  phase: shipment.phase,
  origin: shipment.origin,
  destination: shipment.destination,
  departAt: shipment.departAt,
  eta: shipment.eta,
  organisations: { buyer: 'East Sea Fine Chemicals', supplier: null, carrier: 'Blue Road' },
  substance: { ...shipment.substance, hazardClass: '3 (6.1)', packingGroup: 'II' },
  adr: { line: 'UN 1230 METHANOL, 3 (6.1), II, (D/E)', because: null, missing: [] },
  tank: { name: 'ZTUU 1', kind: 'portable-tank', provision: 'T7 TP2', capacityLitres: 24_000, mawpBar: 2.67, testPressureBar: 4, reliefPressureBar: null },
  packaging: 'tank',
  filling: { fraction: 0.93, celsius: 15 },
  people: shipment.contacts.map((contact) => ({ ...contact, part: 'emergency' })),
  missing: ['consignor', 'consignee', 'dispatcher'],
  responseCard: {
    en: { first: 'Keep people upwind.', fire: 'Foam.', spill: 'Dam.', distance: '50 m.' },
    zh: { first: '人员撤至上风向。', fire: '泡沫。', spill: '围堵。', distance: '50米。' },
  },
  limits: makeSources(shipment),
  exposure: makeExposure(),
  alarms: [],
  moreAlarms: false,
}) // biome-ignore format: a table

/** A proposal as the server would make it: what is above 40 °C or 4 bar has to wait for a second person. */
export const makeProposal = (body: Record<string, unknown>, id: string): Proposal => {
  const value = Number(body.value)
  const measure = MEASURES.find((one) => one === body.measure) ?? 'temperature'
  const side = SIDES.find((one) => one === body.side) ?? 'high'
  const waits = measure === 'temperature' && value > 40
  return {
    id, measure, side, value, reason: String(body.reason), state: waits ? 'pending' : 'in-force', against: waits ? 40 : null,
    proposedBy: 'Chen Yu', proposedAt: new Date().toISOString(), decidedBy: null, decidedAt: null, mine: false,
  }
} // biome-ignore format: a table
