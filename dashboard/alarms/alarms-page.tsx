import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Alarm, Priority } from '../../server/model/alarm.ts'
import { IntakeNotices } from '../intake/intake-notices.tsx'
import { byUrgency, incidents, isQuiet, isShelved, isUnacknowledged, subjectOf } from '../live/alarm-book.ts'
import { useKeys } from '../shell/keys.ts'
import { param, setParams } from '../state/address.ts'
import { t } from '../text/language.ts'
import { useZaitu } from '../zaitu.ts'
import { AlarmItem } from './alarm-item.tsx'
import { ruleName } from './alarm-text.ts'
import { firstOf, useMeant, withMeant } from './meant.ts'

const SHOW = ['open', 'unacknowledged', 'shelved', 'quiet', 'all'] as const
const PRIORITIES: Priority[] = ['critical', 'high', 'medium', 'low']
/** So many are drawn; older ones come on request. */
const DRAWN = 100

const matches = (alarm: Alarm, text: string): boolean =>
  text
    .toLowerCase()
    .split(/\s+/)
    .every((word) =>
      `${subjectOf(alarm)} ${alarm.supplierName ?? ''} ${ruleName(alarm.rule)} ${alarm.rule} ${alarm.deviceId ?? ''}`
        .toLowerCase()
        .includes(word),
    )

const focusAlarm = (id: string | undefined): void => {
  const link = document.querySelector(`[data-alarm="${id}"] [data-alarm-link]`)
  if (link instanceof HTMLElement) link.focus()
}

/** Every alarm: what is open first; older ones from the store when asked for. */
export const AlarmsPage = () => {
  const { world, api, acknowledge, acknowledgeTogether, toasts, runsAlarm } = useZaitu()
  const selected = useSignal<ReadonlySet<string>>(new Set())
  const busy = useSignal(false)
  const older = useSignal<Alarm[]>([])
  const next = useSignal<string | null>(null)
  const current = useSignal<string | null>(null)
  const drawn = useSignal(DRAWN)
  const show = SHOW.find((choice) => choice === param('show')) ?? 'open'
  const priority = PRIORITIES.find((choice) => choice === param('priority')) ?? null
  const text = param('q') ?? ''
  const meant = useMeant()

  const load = async (cursor: string | null): Promise<void> => {
    const answer = await api.alarms('all', cursor)
    if (!answer.ok) {
      toasts.say(answer.message)
      return
    }
    older.value = cursor === null ? answer.value.items : [...older.value, ...answer.value.items]
    next.value = answer.value.next
  }
  // loaded when it is asked for
  useEffect(() => {
    if (show === 'all') void load(null)
  }, [show])
  useEffect(() => {
    document.title = `${t('alarms.title')} · Zaitu`
  })

  const open = world.openAlarms.value
  // what is live is newer than what was loaded
  const everything =
    show === 'all'
      ? [...new Map([...older.value, ...world.alarms.values()].map((alarm) => [alarm.id, alarm])).values()].sort(
          byUrgency,
        )
      : show === 'shelved'
        ? [...world.alarms.values()].filter((alarm) => isShelved(alarm) && alarm.state !== 'cleared').sort(byUrgency)
        : show === 'quiet'
          ? [...world.alarms.values()].filter((alarm) => isQuiet(alarm) && alarm.state !== 'cleared').sort(byUrgency)
          : open
  const chosen = everything.filter(
    (alarm) =>
      (show !== 'unacknowledged' || isUnacknowledged(alarm)) &&
      (priority === null || alarm.priority === priority) &&
      matches(alarm, text),
  )
  const grouped = incidents(withMeant(chosen, meant))
  const drawnGroups = firstOf(grouped, drawn.value, meant)
  const listed = drawnGroups.map(({ alarm }) => alarm)
  const selectable = drawnGroups
    .flatMap(({ alarm, consequences }) => [alarm, ...consequences])
    .filter((alarm) => isUnacknowledged(alarm) && runsAlarm(alarm))
  const chosenIds = selectable.filter(({ id }) => selected.value.has(id)).map(({ id }) => id)
  const currentId = listed.some((alarm) => alarm.id === current.value) ? current.value : (listed[0]?.id ?? null)

  const move = (step: number): void => {
    const at = current.value === null ? -1 : listed.findIndex((alarm) => alarm.id === current.value)
    focusAlarm(listed[Math.min(listed.length - 1, Math.max(0, at + step))]?.id)
  }
  /** An incident is selected with all that belongs to it. */
  const select = (ids: readonly string[], on: boolean): void => {
    const next = new Set(selected.value)
    for (const id of ids) {
      if (on) next.add(id)
      else next.delete(id)
    }
    selected.value = next
  }
  const acknowledgeSelected = async (): Promise<void> => {
    busy.value = true
    if (await acknowledgeTogether(chosenIds)) selected.value = new Set()
    busy.value = false
  }
  useKeys({
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    '/': () => {
      const field = document.querySelector('.toolbar input')
      if (field instanceof HTMLInputElement) field.focus()
    },
    a: () => {
      const alarm = listed.find((item) => item.id === current.value)
      if (alarm !== undefined && isUnacknowledged(alarm)) void acknowledge(alarm.id)
    },
  })

  return (
    <div class="page">
      <div class="page-head">
        <h1>{t('alarms.title')}</h1>
        <search class="toolbar">
          <input
            type="search"
            name="search"
            aria-label={t('keys.search')}
            placeholder={t('alarms.search')}
            value={text}
            onInput={(event) => setParams({ q: event.currentTarget.value, alarm: null })}
          />
          <div class="segments">
            {SHOW.map((choice) => (
              <button
                key={choice}
                type="button"
                aria-pressed={show === choice}
                onClick={() => setParams({ show: choice === 'open' ? null : choice, alarm: null })}
              >
                {t(`alarms.${choice}`)}
              </button>
            ))}
          </div>
          <select
            aria-label={t('alarms.allPriorities')}
            value={priority ?? ''}
            onChange={(event) => setParams({ priority: event.currentTarget.value, alarm: null })}
          >
            <option value="">{t('alarms.allPriorities')}</option>
            {PRIORITIES.map((choice) => (
              <option key={choice} value={choice}>
                {t(`priority.${choice}`)}
              </option>
            ))}
          </select>
        </search>
        <span class="muted toolbar-count" role="status">
          {t('alarms.count', { n: chosen.length })}
        </span>
      </div>
      <IntakeNotices all={show === 'all'} />
      <div role="alert">{meant.problem !== null && <p class="note-bad">{meant.problem}</p>}</div>
      {selectable.length > 1 && (
        <div class="together">
          <label>
            <input
              type="checkbox"
              checked={chosenIds.length === selectable.length}
              onChange={(event) =>
                select(
                  selectable.map(({ id }) => id),
                  event.currentTarget.checked,
                )
              }
            />
            {t('alarms.selectAll')}
          </label>
          {chosenIds.length > 0 && (
            <button type="button" class="primary" disabled={busy} onClick={() => void acknowledgeSelected()}>
              {t('alarms.acknowledgeSelected', { n: chosenIds.length })}
            </button>
          )}
        </div>
      )}
      {listed.length === 0 ? (
        <p class="empty panel">{t('alarms.none')}</p>
      ) : (
        <ul class="alarm-list panel">
          {drawnGroups.map(({ alarm, consequences }) => (
            <AlarmItem
              key={alarm.id}
              alarm={alarm}
              consequences={consequences}
              linked
              shipment={
                alarm.shipmentId === null ? null : (world.entries.get(alarm.shipmentId)?.shipment.peek() ?? null)
              }
              current={alarm.id === currentId}
              meant={meant.id}
              selected={selected.value.has(alarm.id)}
              onSelect={
                runsAlarm(alarm)
                  ? (on) =>
                      select(
                        [alarm, ...consequences].map(({ id }) => id),
                        on,
                      )
                  : undefined
              }
              onFocus={() => {
                current.value = alarm.id
              }}
            />
          ))}
        </ul>
      )}
      {(grouped.length > listed.length || (show === 'all' && next.value !== null)) && (
        <p class="empty">
          <button
            type="button"
            onClick={() => {
              drawn.value += DRAWN
              if (show === 'all' && next.value !== null) void load(next.value)
            }}
          >
            {t('alarms.more')}
          </button>
        </p>
      )}
    </div>
  )
}
