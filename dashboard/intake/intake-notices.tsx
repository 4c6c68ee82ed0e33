import { signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { IntakeOutage, IntakeOutages } from '../../server/model/intake.ts'
import { PriorityIcon } from '../shell/icons.tsx'
import { now } from '../state/clock.ts'
import { mayChange } from '../state/may.ts'
import { t } from '../text/language.ts'
import { dayTime, duration } from '../text/times.ts'
import { useZaitu } from '../zaitu.ts'

const EVERY_MS = 30_000
/** As long as in server/alarms: a restart asks nobody to get up, minutes without any alarm do. */
const LONG_MS = 5 * 60_000
/** Kept from page to page, so that it does not blink. */
const known = signal<readonly IntakeOutage[]>([])

/** It goes on, or nobody has said yet that they have seen it. */
const isOpen = (outage: IntakeOutage): boolean => outage.endedAt === null || outage.acknowledgedAt === null

const whatFor = ({ beganAt, endedAt }: IntakeOutage): string => {
  const length = ((endedAt === null ? now.value : Date.parse(endedAt)) - Date.parse(beganAt)) / 1000
  return endedAt === null
    ? t('intake.since', { time: dayTime(beganAt), duration: duration(length) })
    : t('intake.from', { from: dayTime(beganAt), to: dayTime(endedAt), duration: duration(length) })
}

const recovered = ({ endedAt, devices, recovered: n, partly }: IntakeOutage): string => {
  if (endedAt === null) return t('intake.concerned', { n: devices })
  if (n >= devices) return t('intake.all', { n: devices })
  return t('intake.recovered', { n, all: devices, partly, none: Math.max(0, devices - n - partly) })
}

const Notice = ({ outage, onSeen }: { outage: IntakeOutage; onSeen: ((until: string) => Promise<void>) | null }) => {
  const { beganAt, endedAt, acknowledgedAt, acknowledgedBy } = outage
  const busy = useSignal(false)
  const long = endedAt === null || Date.parse(endedAt) - Date.parse(beganAt) >= LONG_MS
  const priority = long ? 'high' : 'medium'
  const open = isOpen(outage)
  return (
    <li class={`alarm-item ${acknowledgedAt === null ? `edge-${priority}` : ''}`} data-outage={beganAt}>
      <div>
        <h3 class={open ? `alarm-word ${priority}` : priority}>
          <PriorityIcon priority={priority} quiet={acknowledgedAt !== null || endedAt !== null} />
          {t(`priority.${priority}`)}: {t(endedAt === null ? 'intake.now' : 'intake.was')}
        </h3>
        <p>{whatFor(outage)}</p>
        <p class="facts">
          {recovered(outage)}
          {acknowledgedAt !== null &&
            ` · ${t('intake.acknowledged', { name: acknowledgedBy ?? '', time: dayTime(acknowledgedAt) })}`}
        </p>
      </div>
      {acknowledgedAt === null && onSeen !== null && (
        <div class="do">
          <button
            type="button"
            class="acknowledge"
            disabled={busy.value}
            aria-label={t('intake.acknowledgeWhat')}
            onClick={async () => {
              busy.value = true
              await onSeen(beganAt)
              busy.value = false
            }}
          >
            {t('intake.acknowledge')}
          </button>
        </div>
      )}
    </li>
  )
}

/** Outages of our own intake that somebody is still to see; `all`: the earlier ones, too. Nothing where there are none. */
export const IntakeNotices = ({ all = false }: { all?: boolean }) => {
  const { api, who, socket, toasts } = useZaitu()
  const turn = Math.floor(now.value / EVERY_MS)
  const isConnected = socket.connection.value.state === 'open'
  useEffect(() => {
    if (document.hidden) return
    let stopped = false
    void api.ask<IntakeOutages>('GET', '/intake-outages').then((answer) => {
      if (!stopped && answer.ok) known.value = answer.value.items
    })
    return () => {
      stopped = true
    }
  }, [turn, isConnected])
  const seen = who.value
  const shown = all ? known.value : known.value.filter(isOpen)
  const acknowledge = async (until: string): Promise<void> => {
    const answer = await api.ask<IntakeOutages>('POST', '/intake-outages/acknowledge', { until })
    if (answer.ok) known.value = answer.value.items
    else toasts.say(answer.message)
  }
  if (shown.length === 0) return null
  return (
    <ul class="alarm-list panel intake-notices">
      {shown.map((outage) => (
        <Notice
          key={outage.beganAt}
          outage={outage}
          onSeen={seen.state === 'in' && mayChange(seen.user) ? acknowledge : null}
        />
      ))}
    </ul>
  )
}
