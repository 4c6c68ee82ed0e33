import type { AlarmQuality, TriedOut } from '../../server/model/alarm-quality.ts'
import type { RuleSettings, RuleSettingsChange } from '../../server/model/rule-settings.ts'
import type { Ask } from '../api/client.ts'

export type SettingsAnswer = { inForce: RuleSettings; defaults: RuleSettings; own: RuleSettingsChange }

/** What this section asks of the server. `days` back from now. */
export const createQualityRequests = (ask: Ask) => ({
  quality: (days: number) =>
    ask<AlarmQuality>(
      'GET',
      `/alarm-quality?from=${encodeURIComponent(new Date(Date.now() - days * 86_400_000).toISOString())}`,
    ),
  settings: () => ask<SettingsAnswer>('GET', '/alarm-settings'),
  save: (settings: RuleSettingsChange) => ask<SettingsAnswer>('PUT', '/alarm-settings', settings),
  tryOut: (settings: RuleSettingsChange) => ask<TriedOut>('POST', '/alarm-try-out', { settings }),
})
export type QualityRequests = ReturnType<typeof createQualityRequests>
