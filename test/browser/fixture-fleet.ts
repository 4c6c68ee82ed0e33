import { createHash } from 'node:crypto'
import type { Alarm, AlarmState, Priority, RuleId } from '../../server/model/alarm.ts'
import type { Limits } from '../../server/model/limits.ts'
import type { ShipmentDetail } from '../../server/model/shipment.ts'

/** A UUID that is always the same for the same name. */
export const uuid = (name: string): string => {
  const hex = createHash('sha256').update(name).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** 0 to below 1, always the same for the same number. */
export const noise = (seed: number): number => {
  const x = Math.sin(seed * 12.9898) * 43_758.5453
  return x - Math.floor(x)
}

type Kind = {
  cas: string
  un: string
  name: string
  nameZh: string
  limits: Limits
  temperature: number
  pressure: number
}
const KINDS: Kind[] = [
  {
    cas: '80-15-9',
    un: '3109',
    name: 'Cumene hydroperoxide',
    nameZh: '过氧化氢异丙苯',
    temperature: 22,
    pressure: 1.12,
    limits: { temperature: { high: 30, highHigh: 35 }, pressure: { high: 1.8 } },
  },
  {
    cas: '67-56-1',
    un: '1230',
    name: 'Methanol',
    nameZh: '甲醇',
    temperature: 19,
    pressure: 1.29,
    limits: { temperature: { high: 40 }, pressure: { high: 2.2, low: 0.9 } },
  },
  {
    cas: '7664-41-7',
    un: '1005',
    name: 'Ammonia, anhydrous',
    nameZh: '液氨',
    temperature: 17,
    pressure: 7.8,
    limits: { temperature: { high: 30 }, pressure: { high: 12.5, highHigh: 14 } },
  },
  {
    cas: '75-21-8',
    un: '1040',
    name: 'Ethylene oxide',
    nameZh: '环氧乙烷',
    temperature: 12,
    pressure: 3.1,
    limits: { temperature: { high: 25, highHigh: 30 }, pressure: { high: 4.5 } },
  },
  {
    cas: '79-10-7',
    un: '2218',
    name: 'Acrylic acid, stabilised',
    nameZh: '丙烯酸，稳定的',
    temperature: 20,
    pressure: 1.05,
    limits: { temperature: { low: 15, high: 25 } },
  },
]
const PLACES = [
  { name: 'Zhangjiagang', lat: 31.96, lon: 120.4 },
  { name: 'Ningbo Zhenhai', lat: 29.97, lon: 121.6 },
  { name: 'Huizhou Daya Bay', lat: 22.76, lon: 114.55 },
  { name: 'Yantai Wanhua', lat: 37.7, lon: 121.1 },
  { name: 'Chongqing Changshou', lat: 29.83, lon: 107.07 },
  { name: 'Nanjing', lat: 32.2, lon: 118.8 },
]
const at = <T>(list: readonly T[], index: number): T => {
  const item = list[index % list.length]
  if (item === undefined) throw new Error('an empty list')
  return item
}

/** Shipment `i` at `now` (epoch ms): every 97th hot, every 89th silent, every 83rd over in pressure, the rest calm. */
export const makeShipment = (i: number, now: number): ShipmentDetail => {
  const kind = at(KINDS, i)
  const origin = at(PLACES, i)
  const destination = at(PLACES, i + 1 + (i % 4))
  const departAt = new Date(now - (6 + (i % 40)) * 3_600_000).toISOString()
  const left = ((i * 37) % 90) * 3600 - 2 * 3600 + 1234
  const along = 0.15 + 0.7 * noise(i + 5)
  const silent = i % 89 === 7
  const time = new Date(now - (silent ? 55 * 60_000 : 0)).toISOString()
  const temperature =
    i % 97 === 3 ? (kind.limits.temperature?.high ?? 30) + 2.4 : kind.temperature + 2 * (noise(i) - 0.5)
  const pressure =
    i % 83 === 5 ? (kind.limits.pressure?.high ?? 1.4) + 0.21 : kind.pressure * (1 + 0.04 * (noise(i + 9) - 0.5))
  return {
    id: uuid(`shipment ${i}`),
    part: 'buyer',
    lines: [],
    reference: `ZT-${String(24_000 + i)}`,
    phase: i % 31 === 30 ? 'planned' : 'in-transit',
    substance: { id: uuid(kind.cas), cas: kind.cas, un: kind.un, name: kind.name, nameZh: kind.nameZh },
    origin,
    destination,
    departAt,
    eta: new Date(now + left * 1000).toISOString(),
    tankId: null,
    contacts: [
      { name: 'Li Wei', phone: '+86 512 5555 0199', role: '24 h emergency' },
      { name: 'Sinochem Logistics', phone: '+86 21 5555 0142', role: 'dispatcher' },
    ],
    limits: kind.limits,
    reportSeconds: 1,
    newest: {
      time,
      receivedAt: time,
      deviceId: `tc-${String(i).padStart(4, '0')}`,
      temperature: Math.round(temperature * 100) / 100,
      pressure: Math.round(pressure * 1000) / 1000,
      level: 0.8 + 0.1 * noise(i + 2),
      ambient: 16,
      lat: origin.lat + (destination.lat - origin.lat) * along,
      lon: origin.lon + (destination.lon - origin.lon) * along,
      battery: 81,
    },
    worstAlarm: null,
    activeAlarms: 0,
    timeLeftSeconds: left,
    assignments: [{ id: String(i), deviceId: `tc-${String(i).padStart(4, '0')}`, from: departAt, to: null }],
    packaging: null,
    filling: null,
    corridor: null,
    overruled: [],
    limitsHistory: [{ from: new Date(0).toISOString(), limits: kind.limits }],
  }
}

type AlarmFacts = {
  rule: RuleId
  priority: Priority
  state?: AlarmState
  agoMinutes: number
  value: number
  limit: number
  clearedMinutesAgo?: number
}

export const makeAlarm = (shipment: ShipmentDetail, facts: AlarmFacts, now: number): Alarm => ({
  id: uuid(`${shipment.reference} ${facts.rule} ${facts.agoMinutes}`),
  shipmentId: shipment.id,
  shipmentReference: shipment.reference,
  deviceId: shipment.newest?.deviceId ?? '',
  orderId: null,
  orderNumber: null,
  line: null,
  supplierId: null,
  supplierName: null,
  stage: null,
  lot: null,
  group: null,
  rule: facts.rule,
  priority: facts.priority,
  state: facts.state ?? 'active-unacknowledged',
  onset: new Date(now - facts.agoMinutes * 60_000).toISOString(),
  clearedAt:
    facts.clearedMinutesAgo === undefined ? null : new Date(now - facts.clearedMinutesAgo * 60_000).toISOString(),
  value: facts.value,
  peak: facts.value + 1.1,
  limit: facts.limit,
  cause: null,
  retrospective: false,
  void: false,
  acknowledgedBy: facts.state?.endsWith('-acknowledged') ? 'Chen Yu' : null,
  shelvedUntil: null,
  shelvedBy: null,
  shelvedFor: null,
  figures: null,
  recovered: false,
  suppressed: false,
  outOfService: false,
  causedBy: null,
  raisedAt: new Date(now - facts.agoMinutes * 60_000).toISOString(),
  resetAt: null,
  acknowledgedAt: facts.state?.endsWith('-acknowledged') ? new Date(now - 60_000).toISOString() : null,
  explanation: `${facts.rule} ${facts.value} is outside its limit of ${facts.limit}`,
})

/** The alarms that fit the shipments above. */
export const makeAlarms = (shipments: readonly ShipmentDetail[], now: number): Alarm[] =>
  shipments.flatMap((shipment, i) => {
    const found: Alarm[] = []
    const temperature = shipment.newest?.temperature ?? 0
    const pressure = shipment.newest?.pressure ?? 0
    const hot = shipment.limits.temperature?.high ?? 30
    const tight = shipment.limits.pressure?.high ?? 1.4
    if (i % 97 === 3)
      found.push(
        makeAlarm(
          shipment,
          {
            rule: i % 2 ? 'temperature-high-high' : 'temperature-high',
            priority: i % 2 ? 'critical' : 'high',
            agoMinutes: 24 + (i % 50),
            value: temperature - 2,
            limit: hot,
          },
          now,
        ),
      )
    if (i % 83 === 5)
      found.push(
        makeAlarm(
          shipment,
          {
            rule: 'pressure-high',
            priority: 'high',
            state: i % 2 ? 'active-acknowledged' : 'active-unacknowledged',
            agoMinutes: 41,
            value: pressure - 0.1,
            limit: tight,
          },
          now,
        ),
      )
    if (i % 89 === 7)
      found.push(
        makeAlarm(shipment, { rule: 'silence', priority: 'medium', agoMinutes: 52, value: 180, limit: 3 }, now),
      )
    if (i % 61 === 9)
      found.push(
        makeAlarm(
          shipment,
          {
            rule: 'temperature-high',
            priority: 'high',
            state: 'cleared-unacknowledged',
            agoMinutes: 190,
            clearedMinutesAgo: 150,
            value: hot + 0.3,
            limit: hot,
          },
          now,
        ),
      )
    return found
  })
