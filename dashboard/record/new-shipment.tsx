import '../manage/manage.css'
import './record.css'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Site, Substance, Tank } from '../../server/model/masterdata.ts'
import type { Page, Refused } from '../api/client.ts'
import { Field, FormPanel, FormProblem } from '../manage/form.tsx'
import { navigate } from '../state/address.ts'
import { t } from '../text/language.ts'
import { r } from '../text/record-words.ts'
import { zoneName } from '../text/times.ts'
import { useZaitu } from '../zaitu.ts'
import { PARTS, shipmentBody, substanceText } from './new-shipment-body.ts'

const FIELDS = ['reference', 'substance', 'departAt', 'eta', 'tankId']

const PlaceFields = ({
  end,
  sites,
  refused,
}: {
  end: 'origin' | 'destination'
  sites: Site[]
  refused: Refused | null
}) => {
  const at = useSignal({ lat: '', lon: '' })
  return (
    <fieldset class="place-fields">
      <legend>{r(`new.${end}`)}</legend>
      <Field
        label={r('new.place')}
        name={`${end}.name`}
        list="sites"
        required
        autocomplete="off"
        refused={refused}
        onInput={(event) => {
          const site = sites.find(({ name }) => name === event.currentTarget.value)
          if (site !== undefined) at.value = { lat: String(site.lat), lon: String(site.lon) }
        }}
      />
      <Field label={r('new.lat')} name={`${end}.lat`} type="number" step="any" min="-90" max="90" required value={at.value.lat} onInput={(event) => { at.value = { ...at.value, lat: event.currentTarget.value } }} />
      <Field label={r('new.lon')} name={`${end}.lon`} type="number" step="any" min="-180" max="180" required value={at.value.lon} onInput={(event) => { at.value = { ...at.value, lon: event.currentTarget.value } }} />
    </fieldset>
  ) // biome-ignore format: three fields
}

/** Enters a shipment: substance, tank, places, times and people; its limits follow from that and stand on its page. */
export const NewShipment = () => {
  const { api } = useZaitu()
  const lists = useSignal<{ substances: Substance[]; tanks: Tank[]; sites: Site[] } | null>(null)
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)
  useEffect(() => {
    document.title = `${r('new.title')} · Zaitu`
    const load = async (): Promise<void> => {
      const [substances, tanks, sites] = await Promise.all([
        api.ask<Page<Substance>>('GET', '/substances?limit=1000'),
        api.ask<Page<Tank>>('GET', '/tanks?limit=1000'),
        api.ask<Page<Site>>('GET', '/sites?limit=1000'),
      ])
      lists.value = {
        substances: substances.ok ? substances.value.items : [],
        tanks: tanks.ok ? tanks.value.items : [],
        sites: sites.ok ? sites.value.items : [],
      }
    }
    void load()
  }, [])
  const known = lists.value
  if (known === null) return <p class="page empty">{t('app.loading')}</p>
  const submit = async (): Promise<void> => {
    const form = document.querySelector<HTMLFormElement>('.new-shipment form')
    if (form === null) return
    busy.value = true
    const answer = await api.ask<{ id: string }>(
      'POST',
      '/shipments',
      shipmentBody(new FormData(form), known.substances),
    )
    busy.value = false
    refused.value = answer.ok ? null : answer
    if (answer.ok) navigate(`/shipments/${answer.value.id}`)
  }
  return (
    <div class="page new-shipment">
      <nav>
        <a href="/">← {t('shipment.back')}</a>
      </nav>
      <FormPanel title={r('new.title')} onSubmit={submit}>
        <datalist id="substances">
          {known.substances.map((substance) => (
            <option key={substance.id} value={substanceText(substance)}>
              {substance.nameZh ?? ''}
            </option>
          ))}
        </datalist>
        <datalist id="sites">
          {known.sites.map(({ id, name }) => (
            <option key={id} value={name} />
          ))}
        </datalist>
        <div class="fields">
          <Field label={r('new.reference')} name="reference" required maxLength={100} autocomplete="off" refused={refused.value} />
          <Field label={r('new.substance')} name="substance" list="substances" hint={r('new.substanceHint')} required autocomplete="off" refused={refused.value} />
          <Field label={r('new.departAt', { zone: zoneName() })} name="departAt" type="datetime-local" required refused={refused.value} />
          <Field label={r('new.eta')} name="eta" type="datetime-local" required refused={refused.value} />
          <div class="field">
            <label for="new-tank">{r('papers.tank')}</label>
            <select id="new-tank" name="tankId">
              <option value="">{r('new.noTank')}</option>
              {known.tanks.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </div>
          <Field label={r('new.fraction')} name="fraction" type="number" step="any" min="0.1" max="100" />
          <Field label={r('new.celsius')} name="celsius" type="number" step="any" min="-200" max="400" />
        </div>
        <PlaceFields end="origin" sites={known.sites} refused={refused.value} />
        <PlaceFields end="destination" sites={known.sites} refused={refused.value} />
        {PARTS.map((part) => (
          <fieldset class="place-fields" key={part}>
            <legend>{r(`part.${part}`)}</legend>
            <Field label={r('new.name')} name={`${part}.name`} maxLength={200} autocomplete="off" />
            <Field label={r('new.phone')} name={`${part}.phone`} type="tel" minLength={3} maxLength={50} autocomplete="off" />
          </fieldset>
        ))}
        <p class="muted">{r('new.limits')}</p>
        <FormProblem refused={refused.value} fields={FIELDS} />
        <div class="actions">
          <button type="submit" class="primary" disabled={busy.value}>
            {r('new.save')}
          </button>
        </div>
      </FormPanel>
    </div>
  ) // biome-ignore format: a form
}
