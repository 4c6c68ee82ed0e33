import { useSignal } from '@preact/signals'
import { inCallingOrder, partOfRole } from '../../server/model/calling.ts'
import type { Contact, ShipmentDetail } from '../../server/model/shipment.ts'
import { r } from '../text/record-words.ts'
import { useZaitu } from '../zaitu.ts'
import { PARTS, ROLES } from './new-shipment-body.ts'
import { recordRequests } from './requests.ts'

/** Who is entered, and an empty line for each part that nobody has. */
const linesOf = (contacts: readonly Contact[]): Contact[] => [
  ...inCallingOrder(contacts),
  ...PARTS.filter((part) => !contacts.some(({ role }) => partOfRole(role) === part)).map((part) => ({
    role: ROLES[part],
    name: '',
    phone: '',
  })),
]

/** Whom to call on this shipment, entered or corrected; a line whose name and number are taken out goes. */
export const ContactsForm = ({
  shipment,
  onDone,
}: {
  shipment: ShipmentDetail
  onDone(changed: ShipmentDetail | null): void
}) => {
  const { api } = useZaitu()
  const lines = useSignal(linesOf(shipment.contacts))
  const problem = useSignal<string | null>(null)
  const busy = useSignal(false)
  const set = (index: number, change: Partial<Contact>): void => {
    lines.value = lines.value.map((line, i) => (i === index ? { ...line, ...change } : line))
  }
  const save = async (event: Event): Promise<void> => {
    event.preventDefault()
    busy.value = true
    const contacts = lines.value
      .map(({ name, phone, role }) => ({ name: name.trim(), phone: phone.trim(), role: role.trim() }))
      .filter(({ name, phone }) => name !== '' || phone !== '')
    const answer = await recordRequests(api.ask).setContacts(shipment.id, contacts)
    busy.value = false
    problem.value = answer.ok ? null : answer.message
    if (answer.ok) onDone(answer.value)
  }
  return (
    <form class="contacts-form" onSubmit={save}>
      {lines.value.map((line, index) => {
        const isEntered = line.name !== '' || line.phone !== ''
        const part = partOfRole(line.role)
        return (
          <fieldset key={index} class="place-fields">
            <legend>{part === 'other' ? line.role : r(`part.${part}`)}</legend>
            <input
              aria-label={r('new.name')}
              placeholder={r('new.name')}
              maxLength={200}
              required={isEntered}
              autocomplete="off"
              value={line.name}
              onInput={(event) => set(index, { name: event.currentTarget.value })}
            />
            <input
              aria-label={r('new.phone')}
              placeholder={r('new.phone')}
              type="tel"
              minLength={3}
              maxLength={50}
              required={isEntered}
              autocomplete="off"
              value={line.phone}
              onInput={(event) => set(index, { phone: event.currentTarget.value })}
            />
          </fieldset>
        )
      })}
      {problem.value !== null && (
        <p class="note-bad" role="alert">
          {problem}
        </p>
      )}
      <div class="actions">
        <button type="submit" class="primary" disabled={busy}>
          {r('contacts.save')}
        </button>
        <button type="button" onClick={() => onDone(null)}>
          {r('limits.cancel')}
        </button>
      </div>
    </form>
  )
}
