import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Alarm } from '../../server/model/alarm.ts'
import type { Incident } from '../live/alarm-book.ts'
import { param } from '../state/address.ts'
import { t } from '../text/language.ts'
import { useZaitu } from '../zaitu.ts'

const show = (id: string): void => {
  const entry = document.querySelector(`[data-alarm="${CSS.escape(id)}"]`)
  if (!(entry instanceof HTMLElement)) return
  entry.scrollIntoView({ block: 'center' })
  entry.focus({ preventScroll: true })
}

export type Meant = { id: string | null; alarm: Alarm | null; problem: string | null }

/**
 * The alarm that the address leads to (`?alarm=`): asked for by its id, since it may be over, shelved or older than what the
 * page holds, and brought into sight once it is drawn. `problem` says why there is none. `shipmentId`: only of this one.
 */
export const useMeant = (shipmentId: string | null = null): Meant => {
  const { api, world, shared } = useZaitu()
  const id = shared ? null : param('alarm')
  const asked = useSignal<Alarm | null>(null)
  const problem = useSignal<string | null>(null)
  useEffect(() => {
    problem.value = null
    if (id === null) return
    let stopped = false
    void api.alarm(id).then((answer) => {
      if (stopped) return
      if (answer.ok) asked.value = answer.value
      if (answer.ok)
        problem.value = shipmentId === null || answer.value.shipmentId === shipmentId ? null : t('alarm.missing')
      else problem.value = answer.status === 404 || answer.status === 400 ? t('alarm.missing') : answer.message
    })
    return () => {
      stopped = true
    }
  }, [id, shipmentId])
  // what is live is newer than what was asked for
  const liveKnown = world.alarmVersion.value > 0
  const known = id === null ? null : (world.alarms.get(id) ?? (asked.value?.id === id ? asked.value : null))
  const alarm = shipmentId === null || known?.shipmentId === shipmentId ? known : null
  // once more when the others have come, among which it then stands
  useEffect(() => {
    if (alarm !== null) show(alarm.id)
  }, [id, alarm !== null, liveKnown])
  return { id, alarm, problem: problem.value }
}

export const withMeant = (alarms: readonly Alarm[], { alarm }: Meant): Alarm[] =>
  alarm === null || alarms.some(({ id }) => id === alarm.id) ? [...alarms] : [...alarms, alarm]

/** The first `most` incidents; the one that is meant comes first where it would not be among them. */
export const firstOf = (incidents: readonly Incident[], most: number, { id }: Meant): Incident[] => {
  const at = incidents.findIndex(({ alarm, consequences }) => [alarm, ...consequences].some((one) => one.id === id))
  const meant = incidents[at]
  return meant === undefined || at < most
    ? incidents.slice(0, most)
    : [meant, ...incidents.slice(0, most).filter((incident) => incident !== meant)]
}
