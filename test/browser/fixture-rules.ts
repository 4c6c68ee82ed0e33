import type { Alarm } from '../../server/model/alarm.ts'
import type { AlarmQuality, TriedOut } from '../../server/model/alarm-quality.ts'
import type { OutOfService, RuleSettingsChange } from '../../server/model/rule-settings.ts'
import { SETTINGS, settingsWith } from '../../server/rules/facts.ts'

type Body = Record<string, unknown>
type Held = { own: RuleSettingsChange; history: { from: string; settings: RuleSettingsChange; setBy: string }[] }

const quality = (alarm: Alarm | undefined): AlarmQuality => {
  const to = new Date().toISOString()
  const from = new Date(Date.now() - 7 * 86_400_000).toISOString()
  const shipment = { shipmentId: alarm?.shipmentId ?? crypto.randomUUID(), shipmentReference: 'ZT-24002' }
  return {
    from,
    to,
    people: 3,
    alarms: 214,
    perPersonAndTenMinutes: 0.07,
    perShipmentDay: 1.53,
    shipmentDays: 140,
    byPriority: { critical: 11, high: 32, medium: 101, low: 70 },
    floods: [{ from, to, alarms: 14 }],
    chattering: [{ ...shipment, rule: 'temperature-high', most: 6, cure: 'deadband' }],
    stale: [{ ...shipment, alarmId: alarm?.id ?? '', rule: 'silence', priority: 'medium', onset: from, acknowledged: true }],
    longestShelved: [{ alarmId: alarm?.id ?? '', shipmentReference: 'ZT-24002', rule: 'shock', hours: 70, reason: 'rough road' }],
    worstRules: [
      { rule: 'temperature-high', alarms: 128, share: 0.6, acknowledgedWithinMinutes: 9, medianMinutes: 4, cure: 'deadband', ...shipment },
      { rule: 'pressure-high', alarms: 40, share: 0.19, acknowledgedWithinMinutes: null, medianMinutes: null, cure: 'limit', ...shipment },
    ],
    acknowledgement: { medianMinutes: 8, p90Minutes: 41, open: 5 },
  } // biome-ignore format: a table
}

const tried = (alarm: Alarm | undefined): TriedOut => ({
  from: new Date(Date.now() - 7 * 86_400_000).toISOString(),
  settings: SETTINGS,
  streams: 12,
  readings: 120_960,
  complete: true,
  stay: 7,
  come: [],
  go: [
    {
      shipmentId: alarm?.shipmentId ?? crypto.randomUUID(),
      shipmentReference: 'ZT-24002',
      deviceId: 'tc-0002',
      rule: 'temperature-high',
      priority: 'high',
      onset: new Date(Date.now() - 3_600_000).toISOString(),
      clearedAt: new Date().toISOString(),
      value: 30.2,
      limit: 30,
    },
  ],
})

/** The rules' side of the fixture: settings of all shipments and of each, what is out of service, figures of quality. */
export const createRules = (by: string, anAlarm: () => Alarm | undefined) => {
  const common: Held = { own: {}, history: [] }
  const shipments = new Map<string, Held & { service: OutOfService[] }>()
  const answerOf = ({ own, history }: Held, below = SETTINGS) => ({
    inForce: settingsWith(below, own),
    defaults: below,
    own,
    history,
  })
  const put = (held: Held, settings: RuleSettingsChange) => {
    held.own = settings
    held.history.push({ from: new Date().toISOString(), settings, setBy: by })
  }
  return {
    /** `/alarm-…`, or null where it is none of these */
    common(method: string, path: string, body: Body): unknown {
      if (path === '/alarm-quality') return quality(anAlarm())
      if (path === '/alarm-try-out') return tried(anAlarm())
      if (path !== '/alarm-settings') return null
      if (method === 'PUT') put(common, body)
      return answerOf(common)
    },
    /** what stands below `/shipments/{id}` */
    shipment(method: string, id: string, part: string, body: Body): unknown {
      const held = shipments.get(id) ?? { own: {}, history: [], service: [] }
      shipments.set(id, held)
      if (part === '/alarm-settings') {
        if (method === 'PUT') put(held, body)
        return answerOf(held, settingsWith(SETTINGS, common.own))
      }
      if (!part.startsWith('/out-of-service')) return null
      const stamp = new Date().toISOString()
      if (method === 'POST') {
        const { rule, reason, until } = body as { rule: OutOfService['rule']; reason: string; until: string | null }
        held.service.unshift({ rule, reason, from: stamp, to: until, takenBy: by, putBackBy: null })
      }
      if (method === 'DELETE') {
        const one = held.service.find(({ rule, putBackBy }) => part.endsWith(`/${rule}`) && putBackBy === null)
        if (one !== undefined) Object.assign(one, { to: stamp, putBackBy: by })
      }
      return { items: held.service }
    },
  }
}
