import type { Alarm } from '../../server/model/alarm.ts'
import { inCallingOrder, partOfRole } from '../../server/model/calling.ts'
import { firstStep } from '../../server/model/first-steps.ts'
import type { Shipment } from '../../server/model/shipment.ts'
import { secondsLeft, substanceName } from '../fleet/row.tsx'
import { PhoneIcon } from '../shell/icons.tsx'
import { now } from '../state/clock.ts'
import { language, t } from '../text/language.ts'
import { duration } from '../text/times.ts'
import { useZaitu } from '../zaitu.ts'

export const telephone = (phone: string): string => `tel:${phone.replace(/[^+\d]/g, '')}`

/** When it arrives, beside what is said of the alarm; null where it no longer travels. */
export const arrivalText = (shipment: Shipment): string | null => {
  const left = secondsLeft(shipment, now.value)
  if (left === null) return null
  return t(left < 0 ? 'says.arrival-due' : 'says.arrival-in', { duration: duration(left) })
}

/** What to do first in one sentence: by cause and rule, as the notifications say it; where nothing presses, by priority. */
export const stepText = (alarm: Alarm): string => firstStep(alarm, language.value) ?? t(`explain.${alarm.priority}`)

/** The first measures of the card of the shipment's substance, and the way to the whole of it. */
const CardLine = ({ shipment, whole }: { shipment: Shipment; whole: boolean }) => {
  const card = useZaitu().cards.of(shipment.substance.id).value
  // in the reader's language, else as it was written
  const told = ([language.value, 'en', 'zh'] as const).find((one) => card?.[one] !== undefined)
  const first = told === undefined ? undefined : card?.[told]?.first
  if (card === undefined) return null
  return (
    <p class={whole ? 'first-card' : 'first-card short'}>
      <b>{t('alarm.of', { what: substanceName(shipment) })}</b>
      {first === undefined ? <span class="muted">{t('alarm.noCard')}</span> : <span lang={told}>{first}</span>}{' '}
      <a href={`/shipments/${shipment.id}?papers=1`}>{t(first === undefined ? 'alarm.papers' : 'alarm.card')}</a>
    </p>
  )
}

/** Leads to where contacts are entered; for whoever may. */
const AddContact = ({ shipment }: { shipment: Shipment }) => {
  const { runs } = useZaitu()
  if (shipment.part !== 'buyer' || !runs(shipment.id)) return null
  return <a href={`/shipments/${shipment.id}?contacts=1`}>{t('alarm.addContact')}</a>
}

/** Whom to call first; that nobody is entered is said, too. */
const CallFirst = ({ shipment }: { shipment: Shipment }) => {
  const contact = inCallingOrder(shipment.contacts)[0]
  if (contact === undefined)
    return (
      <p class="first-call">
        <PhoneIcon />
        {t('alarm.noContact')} <AddContact shipment={shipment} />
      </p>
    )
  return (
    <p class="first-call">
      <a class="call" href={telephone(contact.phone)}>
        <PhoneIcon />
        {contact.phone}
      </a>{' '}
      {contact.name} <span class="muted">{contact.role}</span>
    </p>
  )
}

/** What to do first, for this substance, and whom to call. `whole`: with all of it, where somebody has asked for more. */
export const FirstSteps = ({
  alarm,
  shipment,
  whole = false,
}: {
  alarm: Alarm
  shipment: Shipment | null
  whole?: boolean
}) => (
  <div class="first">
    <p>
      <b>{t('alarm.first')}</b>
      {stepText(alarm)}
    </p>
    {shipment !== null && <CardLine shipment={shipment} whole={whole} />}
    {shipment !== null && !whole && <CallFirst shipment={shipment} />}
  </div>
)

/** Everybody who can be called, the 24-hour contact first, each with a role and a number to tap. */
export const WhomToCall = ({ shipment }: { shipment: Shipment }) => {
  const contacts = inCallingOrder(shipment.contacts)
  const hasEmergency = contacts.some(({ role }) => partOfRole(role) === 'emergency')
  return (
    <section class="whom">
      <h4>{t('shipment.contacts')}</h4>
      {contacts.length > 0 && (
        <ul>
          {contacts.map((contact) => (
            <li key={`${contact.phone} ${contact.name}`}>
              <a class="call" href={telephone(contact.phone)}>
                <PhoneIcon />
                {contact.phone}
              </a>
              <span>{contact.name}</span>
              <span class="muted">{contact.role}</span>
            </li>
          ))}
        </ul>
      )}
      {!hasEmergency && (
        <p>
          {t(contacts.length === 0 ? 'alarm.noContact' : 'alarm.noEmergency')} <AddContact shipment={shipment} />
        </p>
      )}
    </section>
  )
}
