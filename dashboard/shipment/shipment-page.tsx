import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Alarm } from '../../server/model/alarm.ts'
import type { ShipmentDetail } from '../../server/model/shipment.ts'
import { AlarmItem } from '../alarms/alarm-item.tsx'
import { useMeant, withMeant } from '../alarms/meant.ts'
import { byUrgency, incidents, isOpen, isUnacknowledged } from '../live/alarm-book.ts'
import { ShareButton } from '../share/share-button.tsx'
import { useKeys } from '../shell/keys.ts'
import { later } from '../shell/later.tsx'
import { navigate, param } from '../state/address.ts'
import { t } from '../text/language.ts'
import { useZaitu } from '../zaitu.ts'
import { Charts } from './charts.tsx'
import { Head } from './head.tsx'
import { PhasePanel } from './phase-panel.tsx'
import { parseRange } from './range.ts'
import { TrackPanel } from './track-panel.tsx'

/** Below what is looked at first, so loaded after it. */
const LimitsPanel = later(async () => (await import('../record/limits-panel.tsx')).LimitsPanel)
const ExposurePanel = later(async () => (await import('../exposure/exposure-panel.tsx')).ExposurePanel)
const RulesPanel = later(async () => (await import('../rules/rules-panel.tsx')).RulesPanel)
const CorridorPanel = later(async () => (await import('../rules/corridor-panel.tsx')).CorridorPanel)
const PapersPanel = later(async () => (await import('../record/papers-panel.tsx')).PapersPanel)
const PapersPage = later(async () => (await import('../record/papers-page.tsx')).PapersPage)

/** Stored alarms of a shipment with the newer live ones over them. */
const together = (stored: readonly Alarm[], live: Iterable<Alarm>, shipmentId: string): Alarm[] => {
  const all = new Map(stored.map((alarm) => [alarm.id, alarm]))
  for (const alarm of live) if (alarm.shipmentId === shipmentId) all.set(alarm.id, alarm)
  return [...all.values()].sort(byUrgency)
}

const Alarms = ({ alarms: known, shipment }: { alarms: readonly Alarm[]; shipment: ShipmentDetail }) => {
  const meant = useMeant(shipment.id)
  const alarms = withMeant(known, meant)
  const open = alarms.filter(isOpen)
  const over = alarms.filter((alarm) => !isOpen(alarm))
  return (
    <section class="panel shipment-alarms" aria-labelledby="alarms-title">
      <h2 id="alarms-title">{t('shipment.alarms')}</h2>
      <div role="alert">{meant.problem !== null && <p class="note-bad">{meant.problem}</p>}</div>
      {open.length === 0 ? (
        <p class="muted none">{t('alarm.noneActive')}</p>
      ) : (
        <ul class="alarm-list">
          {incidents(open).map(({ alarm, consequences }) => (
            <AlarmItem key={alarm.id} alarm={alarm} consequences={consequences} shipment={shipment} meant={meant.id} />
          ))}
        </ul>
      )}
      {over.length > 0 && (
        <details open={over.some(({ id }) => id === meant.id)}>
          <summary>
            {t('shipment.earlier')} ({over.length})
          </summary>
          <ul class="alarm-list">
            {over.map((alarm) => (
              <AlarmItem key={alarm.id} alarm={alarm} meant={meant.id} />
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

/** One shipment: what it is, how it is now, what to do, how it went. */
export const ShipmentPage = ({ id }: { id: string }) => {
  const { api, world, socket, acknowledge, shared } = useZaitu()
  const detail = useSignal<ShipmentDetail | null>(null)
  const stored = useSignal<Alarm[]>([])
  const problem = useSignal<string | null>(null)
  const connection = socket.connection.value.state
  const changes = useSignal(0)

  // asked again when the connection comes back
  useEffect(() => {
    let stopped = false
    const load = async (): Promise<void> => {
      const [shipment, alarms] = await Promise.all([api.shipment(id), api.shipmentAlarms(id)])
      if (stopped) return
      if (shipment.ok) detail.value = shipment.value
      if (alarms.ok) stored.value = alarms.value.items
      problem.value = shipment.ok ? null : shipment.status === 404 ? t('shipment.missing') : shipment.message
    }
    void load()
    return () => {
      stopped = true
    }
  }, [id, connection === 'open', changes.value])

  const live = world.entries.get(id)?.shipment.value
  world.ids.value
  const shipment: ShipmentDetail | null =
    detail.value === null || live === undefined
      ? detail.value
      : { ...detail.value, newest: live.newest, worstAlarm: live.worstAlarm, activeAlarms: live.activeAlarms }
  world.alarmVersion.value
  const alarms = together(stored.value, world.alarms.values(), id)

  useEffect(() => {
    if (shipment !== null) document.title = `${shipment.reference} · Zaitu`
  })
  useKeys({
    a: () => {
      const first = alarms.find((alarm) => isOpen(alarm) && isUnacknowledged(alarm))
      if (first !== undefined && !shared) void acknowledge(first.id)
    },
    '/': () => !shared && navigate('/'),
  })
  const chosen = parseRange(param('range'), param('from'), param('to'))
  if (shipment === null)
    return (
      <div class="page">
        <p class="empty">
          {problem.value ?? t('app.loading')} {problem.value !== null && !shared && <a href="/">{t('app.toFleet')}</a>}
        </p>
      </div>
    )
  if (param('papers') !== null) return <PapersPage key={id} id={id} />
  return (
    <div class="page shipment">
      <Head shipment={shipment} actions={<ShareButton shipment={shipment} />} />
      <div class="shipment-columns">
        <div class="shipment-main">
          <Charts shipment={shipment} chosen={chosen} alarms={alarms} />
          <LimitsPanel
            shipment={shipment}
            onChanged={() => {
              changes.value++
            }}
          />
          <ExposurePanel shipment={shipment} />
          {shipment.part === 'buyer' && !shared && <RulesPanel shipment={shipment} />}
        </div>
        <div class="shipment-side">
          <Alarms alarms={alarms} shipment={shipment} />
          <PapersPanel
            shipment={shipment}
            onChanged={(changed) => {
              detail.value = changed
              // its alarms name them, too
              world.addShipment(changed)
            }}
          />
          <PhasePanel
            key={shipment.phase}
            shipment={shipment}
            onChanged={(changed) => {
              detail.value = changed
            }}
          />
          <TrackPanel shipment={shipment} chosen={chosen} />
          <CorridorPanel
            shipment={shipment}
            onChanged={(changed) => {
              detail.value = changed
            }}
          />
        </div>
      </div>
    </div>
  )
}
