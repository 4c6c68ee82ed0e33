import { useSignal } from '@preact/signals'
import type { Priority } from '../../server/model/alarm.ts'
import type { Channel, NotificationRule, RuledKind } from '../../server/model/notification.ts'
import type { Refused } from '../api/client.ts'
import { Field, FormPanel, FormProblem } from '../manage/form.tsx'
import type { Requests, RuleFields } from '../manage/requests.ts'
import { t } from '../text/manage.ts'
import { zoneName } from '../text/times.ts'
import { LANGUAGES } from './channel-form.tsx'
import { Pick, Ticks } from './tick.tsx'
import { minutesText, PRIORITIES } from './words.ts'

const KINDS: readonly RuledKind[] = [
  'alarm-raised',
  'alarm-found-late',
  'alarm-cleared',
  'stage-overdue',
  'forecast-late',
  'intake-outage',
]
const GATHER = ['0', '15', '60', '240', '1440']
const PHASES: Record<'any' | 'moving' | 'transit', RuleFields['phases']> = {
  any: null,
  moving: ['loading', 'in-transit', 'unloading'],
  transit: ['in-transit'],
}
const DAYS = { workdays: [1, 2, 3, 4, 5], everyDay: [1, 2, 3, 4, 5, 6, 7] }
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const fresh = (channelId: string): RuleFields => ({
  channelId,
  enabled: true,
  kinds: ['alarm-raised', 'alarm-found-late', 'stage-overdue', 'forecast-late', 'intake-outage'],
  priorities: ['critical', 'high'],
  phases: null,
  shipmentIds: null,
  substanceIds: null,
  hours: null,
  language: null,
  digestMinutes: 0,
})

type Props = {
  requests: Requests
  channels: readonly Channel[]
  rule: NotificationRule | null
  onSaved(): void
  onCancel(): void
}

/** Which notifications a channel gets, when, and how. What is not asked here (single shipments) stays as it is. */
export const RuleForm = ({ requests, channels, rule, onSaved, onCancel }: Props) => {
  const body = useSignal<RuleFields>(rule ?? fresh(channels[0]?.id ?? ''))
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)
  const set = (change: Partial<RuleFields>): void => {
    body.value = { ...body.value, ...change }
  }
  const { channelId, priorities, kinds, phases, hours, digestMinutes, language } = body.value
  const days = hours === null ? 'always' : same(hours.days, DAYS.workdays) ? 'workdays' : 'everyDay'
  const phase = same(phases, PHASES.transit) ? 'transit' : phases === null ? 'any' : 'moving'
  const submit = async (): Promise<void> => {
    busy.value = true
    const { channelId, enabled, shipmentIds, substanceIds, ...rest } = body.value
    const answer = await requests.saveRule(rule?.id ?? null, { channelId, enabled, shipmentIds, substanceIds, ...rest })
    busy.value = false
    refused.value = answer.ok ? null : answer
    if (answer.ok) onSaved()
  }
  return (
    <FormPanel title={t(rule === null ? 'notify.addRule' : 'manage.change')} onSubmit={submit}>
      <Ticks<Priority>
        label={t('notify.priorities')}
        name="priorities"
        options={PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`) }))}
        chosen={priorities}
        onChoose={(chosen) => set({ priorities: chosen })}
      />
      <Ticks<RuledKind>
        label={t('notify.kinds')}
        name="kinds"
        options={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))}
        chosen={kinds}
        onChoose={(chosen) => set({ kinds: chosen })}
      />
      <div class="fields">
        <Pick
          label={t('notify.to.channel')}
          name="channelId"
          options={channels.map(({ id, name }) => ({ value: id, label: name }))}
          chosen={channelId}
          onChoose={(value) => set({ channelId: value })}
        />
        <Pick
          label={t('notify.gather')}
          name="digestMinutes"
          options={GATHER.map((value) => ({
            value,
            label: value === '0' ? t('notify.atOnce') : t('notify.every', { time: minutesText(Number(value)) }),
          }))}
          chosen={String(digestMinutes)}
          onChoose={(value) => set({ digestMinutes: Number(value) })}
        />
        <Pick
          label={t('notify.phases')}
          name="phases"
          options={[
            { value: 'any', label: t('notify.allPhases') },
            { value: 'moving', label: t('notify.moving') },
            { value: 'transit', label: t('notify.transit') },
          ]}
          chosen={phase}
          onChoose={(value) => set({ phases: PHASES[value] })}
        />
        <Pick
          label={t('notify.ruleLanguage')}
          name="language"
          options={[{ value: '' as const, label: t('notify.asChannel') }, ...LANGUAGES]}
          chosen={language ?? ''}
          onChoose={(value) => set({ language: value === '' ? null : value })}
        />
        <Pick
          label={t('notify.hours')}
          name="hours"
          options={[
            { value: 'always', label: t('notify.always') },
            { value: 'workdays', label: t('notify.workdays') },
            { value: 'everyDay', label: t('notify.everyDay') },
          ]}
          chosen={days}
          onChoose={(value) =>
            set({
              hours:
                value === 'always'
                  ? null
                  : {
                      timeZone: hours?.timeZone ?? zoneName(),
                      from: hours?.from ?? '08:00',
                      to: hours?.to ?? '18:00',
                      outside: hours?.outside ?? 'wait',
                      days: DAYS[value],
                    },
            })
          }
        />
        {hours !== null && (
          <>
            <Field
              label={t('notify.from')}
              name="from"
              type="time"
              required
              hint={t('notify.zone', { zone: hours.timeZone })}
              value={hours.from}
              onInput={(event) => set({ hours: { ...hours, from: event.currentTarget.value } })}
            />
            <Field
              label={t('notify.until')}
              name="until"
              type="time"
              required
              value={hours.to}
              onInput={(event) => set({ hours: { ...hours, to: event.currentTarget.value } })}
            />
            <Pick
              label={t('notify.outside')}
              name="outside"
              options={[
                { value: 'wait', label: t('notify.wait') },
                { value: 'skip', label: t('notify.skip') },
              ]}
              chosen={hours.outside}
              onChoose={(value) => set({ hours: { ...hours, outside: value } })}
            />
          </>
        )}
      </div>
      <FormProblem refused={refused.value} />
      <div class="actions">
        <button type="submit" class="primary" disabled={busy.value || priorities.length === 0 || kinds.length === 0}>
          {t('notify.save')}
        </button>
        <button type="button" onClick={onCancel}>
          {t('manage.cancel')}
        </button>
      </div>
    </FormPanel>
  )
}
