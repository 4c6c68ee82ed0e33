import type { Alarm } from '../../server/model/alarm.ts'
import type { Shipment } from '../../server/model/shipment.ts'
import { secondsLeft } from '../fleet/row.tsx'
import { PhoneIcon } from '../shell/icons.tsx'
import { now } from '../state/clock.ts'
import { t } from '../text/language.ts'
import { duration } from '../text/times.ts'

/** Who is to be called first: a contact for emergencies, else the first one named. */
export const contactOf = ({ contacts }: Shipment): Shipment['contacts'][number] | undefined =>
  contacts.find(({ role }) => /24|emergency|应急|紧急/i.test(role)) ?? contacts[0]

export const telephone = (phone: string): string => `tel:${phone.replace(/[^+\d]/g, '')}`

/** When it arrives, beside what is said of the alarm; null where it no longer travels. */
export const arrivalText = (shipment: Shipment): string | null => {
  const left = secondsLeft(shipment, now.value)
  if (left === null) return null
  return t(left < 0 ? 'says.arrival-due' : 'says.arrival-in', { duration: duration(left) })
}

/** What to do first, and whom to call. */
export const FirstSteps = ({ alarm, shipment }: { alarm: Alarm; shipment: Shipment }) => {
  const contact = contactOf(shipment)
  return (
    <p class="first">
      <b>{t('alarm.first')}:</b> {t(`explain.${alarm.priority}`)}{' '}
      {contact !== undefined && (
        <a class="call" href={telephone(contact.phone)}>
          <PhoneIcon /> {contact.name} {contact.phone}
        </a>
      )}
    </p>
  )
}
