import type { ComponentChildren } from 'preact'
import type { RuleId } from '../../server/model/alarm.ts'
import type { AlarmQuality } from '../../server/model/alarm-quality.ts'
import { ruleName } from '../alarms/alarm-text.ts'
import { t } from '../text/manage.ts'
import { dayTime, duration } from '../text/times.ts'
import { number } from '../text/values.ts'

const minutes = (value: number | null): string => (value === null ? t('app.none') : duration(value * 60))

const Figure = ({ value, name, goal, bad }: { value: string; name: string; goal: string; bad: boolean }) => (
  <li class={bad ? 'figure bad' : 'figure'}>
    <b>
      {bad && <span aria-hidden="true">▲ </span>}
      {value}
    </b>
    <span>{name}</span>
    <span class="muted">{goal}</span>
  </li>
)

const share = (part: number, whole: number): string => number(whole === 0 ? 0 : (part / whole) * 100)

/** The four figures that say at a glance whether somebody can still follow. */
export const Figures = ({ quality }: { quality: AlarmQuality }) => {
  const { byPriority, alarms, acknowledgement } = quality
  const { critical = 0, high = 0, medium = 0, low = 0 } = byPriority
  return (
    <ul class="figures panel">
      <Figure
        value={number(quality.perPersonAndTenMinutes, 2)}
        name={t('quality.rate')}
        goal={t('quality.rateGoal')}
        bad={quality.perPersonAndTenMinutes > 1}
      />
      <Figure
        value={number(quality.perShipmentDay, 2)}
        name={t('quality.perDay')}
        goal={t('quality.perDayGoal', { n: alarms, days: number(quality.shipmentDays, 1) })}
        bad={quality.perShipmentDay > 1}
      />
      <Figure
        value={minutes(acknowledgement.medianMinutes)}
        name={t('quality.acknowledged')}
        goal={t('quality.acknowledgedGoal', { p90: minutes(acknowledgement.p90Minutes), open: acknowledgement.open })}
        bad={(acknowledgement.medianMinutes ?? 0) > 30}
      />
      <Figure
        value={`${share(critical, alarms)} / ${share(high, alarms)} / ${share(medium + low, alarms)} %`}
        name={t('quality.priorities')}
        goal={t('quality.prioritiesGoal')}
        bad={alarms >= 20 && critical + high > alarms / 2}
      />
    </ul>
  )
}

const List = ({ title, children }: { title: string; children: ComponentChildren[] }) => (
  <section class="panel quality-list">
    <h2>{title}</h2>
    {children.length === 0 ? <p class="muted">{t('quality.none')}</p> : <ul class="rows">{children}</ul>}
  </section>
)

type Cure = AlarmQuality['worstRules'][number]['cure']
const DELAYS: readonly Cure[] = ['onDelayMs', 'offDelayMs']

/** The field of the form below that cures it; null: it is no setting. */
const fieldOf = (rule: RuleId, cure: Cure): string | null => {
  if (cure === 'sensor' || cure in PANELS) return null
  if (cure === 'deadband') return `[name=deadband-${rule.split('-')[0]}]`
  return DELAYS.includes(cure) ? '.delays select' : `[name=${cure}]`
}

/** Which panel of a shipment shows what is to be looked at. */
const PANELS: Partial<Record<Cure, string>> = {
  limit: 'limits', tank: 'limits', filling: 'limits', substance: 'limits', corridor: 'corridor', outOfService: 'rules',
} // biome-ignore format: a table

type Where = { shipmentId: string | null; shipmentReference: string | null }

const Cured = ({ rule, cure, shipmentId, shipmentReference }: { rule: RuleId; cure: Cure } & Where) => {
  const words = t(`cure.${cure}`)
  const panel = PANELS[cure]
  if (cure === 'sensor') return <a href="/devices">{t('quality.cure', { cure: words })}</a>
  const field = fieldOf(rule, cure)
  if (field === null) {
    if (panel === undefined || shipmentId == null) return <span>{t('quality.cure', { cure: words })}</span>
    const on = shipmentReference === null ? words : t('cure.on', { cure: words, reference: shipmentReference })
    return <a href={`/shipments/${shipmentId}?at=${panel}`}>{t('quality.cure', { cure: on })}</a>
  }
  const lead = (): void => {
    const input = document.querySelector(`#settings-rules ${field}`)
    if (!(input instanceof HTMLElement)) return
    input.scrollIntoView({ block: 'center' })
    input.focus({ preventScroll: true })
  }
  return (
    <button type="button" class="plain cure" onClick={lead}>
      {t('quality.cure', { cure: words })}
    </button>
  )
}

/** What asks most, chatters, floods, stands or is put away: each with what cures it. */
export const Offenders = ({ quality }: { quality: AlarmQuality }) => (
  <div class="quality-lists">
    <List title={t('quality.worst')}>
      {quality.worstRules.map((item) => (
        <li key={item.rule}>
          <b>{ruleName(item.rule)}</b>
          <span>
            {t('quality.worstFacts', {
              n: item.alarms,
              share: number(item.share * 100),
              held: minutes(item.medianMinutes),
              acknowledged: minutes(item.acknowledgedWithinMinutes),
            })}
          </span>
          <Cured {...item} />
        </li>
      ))}
    </List>
    <List title={t('quality.chattering')}>
      {quality.chattering.map((item) => (
        <li key={`${item.shipmentId}${item.rule}`}>
          <b>
            <a href={`/shipments/${item.shipmentId}`}>{item.shipmentReference}</a> {ruleName(item.rule)}
          </b>
          <span>{t('quality.chatteringFacts', { n: item.most })}</span>
          <Cured {...item} />
        </li>
      ))}
    </List>
    <List title={t('quality.floods')}>
      {quality.floods.map((flood) => (
        <li key={flood.from}>
          <b>{dayTime(flood.from)}</b>
          <span>{t('quality.floodFacts', { n: flood.alarms })}</span>
        </li>
      ))}
    </List>
    <List title={t('quality.stale')}>
      {quality.stale.map((alarm) => (
        <li key={alarm.alarmId}>
          <b>
            <a href={`/alarms?alarm=${alarm.alarmId}`}>
              {alarm.shipmentReference} {ruleName(alarm.rule)}
            </a>
          </b>
          <span>{t('alarm.since', { time: dayTime(alarm.onset) })}</span>
        </li>
      ))}
    </List>
    <List title={t('quality.shelved')}>
      {quality.longestShelved.map((item) => (
        <li key={item.alarmId}>
          <b>
            <a href={`/alarms?alarm=${item.alarmId}`}>
              {item.shipmentReference} {ruleName(item.rule)}
            </a>
          </b>
          <span>
            {duration(item.hours * 3600)} {item.reason}
          </span>
        </li>
      ))}
    </List>
  </div>
)
