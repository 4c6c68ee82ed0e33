import type { RuleId } from '../../server/model/alarm.ts'
import type { TriedOut } from '../../server/model/alarm-quality.ts'
import type { OutOfService, RuleSettings, RuleSettingsChange } from '../../server/model/rule-settings.ts'
import type { Corridor, ShipmentDetail } from '../../server/model/shipment.ts'
import type { Ask } from '../api/client.ts'

export type OwnSettings = {
  inForce: RuleSettings
  defaults: RuleSettings
  own: RuleSettingsChange
  history: { from: string; settings: RuleSettingsChange; setBy: string | null }[]
}
export type Service = { items: OutOfService[] }

/** What these panels ask of the server about one shipment. */
export const rulesRequests = (ask: Ask, shipmentId: string) => {
  const of = `/shipments/${encodeURIComponent(shipmentId)}`
  return {
    settings: () => ask<OwnSettings>('GET', `${of}/alarm-settings`),
    save: (settings: RuleSettingsChange) => ask<OwnSettings>('PUT', `${of}/alarm-settings`, settings),
    tryOut: (settings: RuleSettingsChange) => ask<TriedOut>('POST', '/alarm-try-out', { settings, shipmentId }),
    service: () => ask<Service>('GET', `${of}/out-of-service`),
    takeOut: (body: { rule: RuleId; reason: string; until: string | null }) =>
      ask<Service>('POST', `${of}/out-of-service`, body),
    putBack: (rule: RuleId) => ask<Service>('DELETE', `${of}/out-of-service/${rule}`),
    setCorridor: (corridor: Corridor | null) => ask<ShipmentDetail>('PATCH', of, { corridor }),
  }
}
export type RulesRequests = ReturnType<typeof rulesRequests>
