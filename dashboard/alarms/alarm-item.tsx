import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Alarm } from '../../server/model/alarm.ts'
import type { Newest, Shipment } from '../../server/model/shipment.ts'
import type { AlarmDetail } from '../api/client.ts'
import { substanceName } from '../fleet/row.tsx'
import { hrefOf, isActive, isHolding, isOpen, isUnacknowledged, subjectOf } from '../live/alarm-book.ts'
import { PriorityIcon } from '../shell/icons.tsx'
import { later } from '../shell/later.tsx'
import { now } from '../state/clock.ts'
import { t } from '../text/language.ts'
import { dayTimeSeconds, duration } from '../text/times.ts'
import { useZaitu } from '../zaitu.ts'
import { AcknowledgeButton } from './acknowledge.tsx'
import { alarmText, peakText, ruleName } from './alarm-text.ts'
import { arrivalText, FirstSteps, WhomToCall } from './first-steps.tsx'
import { Shelving } from './shelving.tsx'

/** Asked for now and then: its words are many. */
const Why = later(async () => (await import('./why.tsx')).Why)

const facts = (alarm: Alarm, newest: Newest | null): string => {
  const end = alarm.clearedAt === null ? now.value : Date.parse(alarm.clearedAt)
  const lasting = duration((end - Date.parse(alarm.onset)) / 1000)
  return [
    t('alarm.since', { time: dayTimeSeconds(alarm.onset) }),
    alarm.clearedAt === null ? t('alarm.for', { duration: lasting }) : t('alarm.lasted', { duration: lasting }),
    peakText(alarm, newest),
    alarm.cause === null ? null : t('alarm.cause', { cause: t(`cause.${alarm.cause}`) }),
    alarm.acknowledgedBy === null || alarm.acknowledgedAt === null
      ? null
      : t('alarm.acknowledgedBy', { name: alarm.acknowledgedBy, time: dayTimeSeconds(alarm.acknowledgedAt) }),
    alarm.shelvedUntil === null
      ? null
      : t('alarm.shelvedUntil', {
          time: dayTimeSeconds(alarm.shelvedUntil),
          name: alarm.shelvedBy ?? '',
          reason: alarm.shelvedFor ?? '',
        }),
    alarm.suppressed ? t('alarm.suppressed') : null,
    alarm.outOfService ? t('alarm.outOfService') : null,
    alarm.retrospective ? t('alarm.retrospective') : null,
    alarm.void ? t('alarm.void') : null,
  ]
    .filter((part) => part !== null)
    .join(' · ')
}

type NotesProps = {
  alarm: Alarm
  shipment: Shipment | null
  meant: boolean
  /** what to do first already stands with the alarm */
  told?: boolean
}

const Notes = ({ alarm, shipment, meant, told = false }: NotesProps) => {
  const zaitu = useZaitu()
  const { api, toasts } = zaitu
  const runs = zaitu.runsAlarm(alarm)
  const text = useSignal('')
  const detail = useSignal<AlarmDetail | null>(null)
  const open = useSignal(meant)
  const load = async (): Promise<void> => {
    const answer = await api.alarm(alarm.id)
    if (answer.ok) detail.value = answer.value
  }
  const toggle = (): void => {
    open.value = !open.value
  }
  // who is led here by a link finds it open
  useEffect(() => {
    if (meant) open.value = true
  }, [meant])
  useEffect(() => {
    if (open.value) void load()
  }, [open.value])
  const save = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (text.value.trim() === '') return
    const answer = await api.comment(alarm.id, text.value.trim())
    toasts.say(answer.ok ? t('alarm.commentSaved') : answer.message)
    if (answer.ok) text.value = ''
    await load()
  }
  return (
    <>
      <div class="do">
        {isUnacknowledged(alarm) && (
          <AcknowledgeButton
            alarmId={alarm.id}
            shipmentId={alarm.shipmentId}
            supplierId={alarm.supplierId}
            rule={alarm.rule}
            reference={subjectOf(alarm)}
            primary={isActive(alarm) && alarm.priority === 'critical'}
          />
        )}
        {runs && <Shelving alarm={alarm} />}
        <button type="button" aria-expanded={open} onClick={toggle}>
          {t('alarm.notes')}
        </button>
      </div>
      {open.value && (
        <>
          <div class="detail">
            {isActive(alarm) && !told && <FirstSteps alarm={alarm} shipment={shipment} whole />}
            {shipment !== null && <WhomToCall shipment={shipment} />}
            <Why alarm={alarm} source={detail.value?.source ?? null} />
          </div>
          <ul class="notes">
            {detail.value?.actions
              .filter((action) => action.note !== null || action.action !== 'acknowledged')
              .map((action) => (
                <li key={`${action.at}${action.action}`}>
                  <span class="muted">
                    {dayTimeSeconds(action.at)} {t(`action.${action.action}`)} {action.by}
                  </span>{' '}
                  {action.note}
                </li>
              ))}
          </ul>
          {runs && (
            <form onSubmit={save}>
              <input
                aria-label={t('alarm.comment')}
                placeholder={t('alarm.commentPlaceholder')}
                maxLength={4000}
                value={text}
                onInput={(event) => {
                  text.value = event.currentTarget.value
                }}
              />
              <button type="submit">{t('alarm.commentSend')}</button>
            </form>
          )}
          <a class="alarm-link" href={`/alarms?alarm=${alarm.id}`}>
            {t('alarm.link')}
          </a>
        </>
      )}
    </>
  )
}

type AlarmItemProps = {
  alarm: Alarm
  /** what it has brought with it: one incident, one entry */
  consequences?: readonly Alarm[]
  shipment?: Shipment | null
  linked?: boolean
  current?: boolean
  /** the alarm that the address leads to */
  meant?: string | null
  selected?: boolean
  onSelect?: ((selected: boolean) => void) | undefined
  onFocus?(): void
}

/** Why these stand under another one. */
const alikeText = (first: Alarm | undefined): string => {
  if (first === undefined || first.group === null) return t('alarm.brings')
  return first.lot === null ? t('alarm.alike') : t('alarm.sameLot')
}

/** Marked, and to be focused by whoever brings it into sight. */
const MEANT = { 'aria-current': 'true', tabIndex: -1 } as const

const Consequences = ({
  alarms,
  shipment,
  meant,
}: {
  alarms: readonly Alarm[]
  shipment: Shipment | null
  meant: string | null
}) => (
  <div class="consequences">
    <span class="muted">{alikeText(alarms[0])}:</span>
    <ul>
      {alarms.map((alarm) => (
        <li key={alarm.id} data-alarm={alarm.id} {...(alarm.id === meant ? MEANT : {})}>
          <span class={isOpen(alarm) ? `alarm-word ${alarm.priority}` : alarm.priority}>
            <PriorityIcon priority={alarm.priority} quiet={!isUnacknowledged(alarm) || !isActive(alarm)} />
            {alarm.group === null ? t(`rule.${alarm.rule}`) : <a href={hrefOf(alarm)}>{subjectOf(alarm)}</a>}
          </span>{' '}
          <span class="muted">
            {alarmText(alarm, shipment)} · {t(`state.${alarm.state}`)}
          </span>
          {alarm.id === meant ? (
            <Notes alarm={alarm} shipment={shipment} meant />
          ) : (
            isUnacknowledged(alarm) && (
              <AcknowledgeButton
                alarmId={alarm.id}
                shipmentId={alarm.shipmentId}
                supplierId={alarm.supplierId}
                rule={alarm.rule}
                reference={subjectOf(alarm)}
              />
            )
          )}
        </li>
      ))}
    </ul>
  </div>
)

const isPressing = (alarm: Alarm): boolean =>
  isOpen(alarm) && isActive(alarm) && (alarm.priority === 'critical' || alarm.priority === 'high')

/** One alarm: what, how bad, where, since when, how long is left, what to do first and whom to call; acknowledge it, note something. */
export const AlarmItem = ({
  alarm,
  consequences = [],
  shipment = null,
  linked = false,
  current = false,
  meant = null,
  selected = false,
  onSelect,
  onFocus,
}: AlarmItemProps) => {
  const newest = shipment?.newest ?? null
  const { shared } = useZaitu()
  // beside how long is left stands for how long it has to last
  const arrival =
    shipment !== null && (isPressing(alarm) || (isHolding(alarm) && alarm.figures?.hoursLikely !== undefined))
      ? arrivalText(shipment)
      : null
  const told = linked && isPressing(alarm)
  return (
    <li
      class={`alarm-item ${isOpen(alarm) && isUnacknowledged(alarm) ? `edge-${alarm.priority}` : ''}`}
      data-alarm={alarm.id}
      {...(alarm.id === meant ? MEANT : {})}
      onFocusCapture={onFocus}
    >
      <div>
        <h3 class={isOpen(alarm) ? `alarm-word ${alarm.priority}` : alarm.priority}>
          {onSelect !== undefined && isUnacknowledged(alarm) && (
            <input
              type="checkbox"
              checked={selected}
              aria-label={t('alarms.select', { rule: ruleName(alarm.rule), reference: subjectOf(alarm) })}
              onChange={(event) => onSelect(event.currentTarget.checked)}
            />
          )}
          <PriorityIcon priority={alarm.priority} quiet={!isUnacknowledged(alarm) || !isActive(alarm)} />
          {t(`priority.${alarm.priority}`)}: {t(`rule.${alarm.rule}`)}
          {alarm.lot !== null && ` · ${t('alarm.lot', { lot: alarm.lot })}`}
          {alarm.group !== null && consequences.length > 0 && ` · ${t('alarm.lines', { n: consequences.length + 1 })}`}
        </h3>
        <p>
          {linked && (
            <>
              <a href={hrefOf(alarm)} tabIndex={current ? 0 : -1} data-alarm-link>
                {subjectOf(alarm)}
              </a>{' '}
              {alarm.supplierName !== null && <span class="muted">{alarm.supplierName} </span>}
              {shipment !== null && <span class="muted">{substanceName(shipment)}</span>} ·{' '}
            </>
          )}
          {alarmText(alarm, shipment)}
          {arrival}
        </p>
        {told && <FirstSteps alarm={alarm} shipment={shipment} />}
        <p class="facts">
          {t(`state.${alarm.state}`)} · {facts(alarm, newest)}
        </p>
        {consequences.length > 0 && <Consequences alarms={consequences} shipment={shipment} meant={meant} />}
      </div>
      {!shared && <Notes alarm={alarm} shipment={shipment} meant={alarm.id === meant} told={told} />}
    </li>
  )
}
