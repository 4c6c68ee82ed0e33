import { useSignal } from '@preact/signals'
import type { ShipmentDetail } from '../../server/model/shipment.ts'
import type { Refused } from '../api/client.ts'
import { Field, FormProblem } from '../manage/form.tsx'
import { resolveRange } from '../shipment/range.ts'
import { p } from '../text/shipment-rules-words.ts'
import { useZaitu } from '../zaitu.ts'
import type { RulesRequests } from './requests.ts'
import { type ReadWay, readGeoJson, wayOf } from './way.ts'

const TRACK_POINTS = 1_000
const USUAL_KM = 5
type Source = 'paste' | 'track'
type Props = { shipment: ShipmentDetail; requests: RulesRequests; onDone(changed: ShipmentDetail | null): void }

const sentence = (read: Exclude<ReadWay, { ok: true }>): string =>
  read.why === 'outside' ? p('way.outside', { n: read.n }) : read.why === 'few' ? p('way.few') : p('way.unreadable')

/** The planned way out of a pasted line or of what the shipment itself has gone so far, and its width. */
export const CorridorForm = ({ shipment, requests, onDone }: Props) => {
  const { api, toasts } = useZaitu()
  const source = useSignal<Source>('paste')
  const problem = useSignal<string | null>(null)
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)

  const wayGone = async (): Promise<ReadWay | null> => {
    const trip = resolveRange({ preset: 'trip' }, shipment, Date.now() / 1000)
    const track = await api.track(shipment.id, { ...trip, points: TRACK_POINTS }, new AbortController().signal)
    if (!track.ok) {
      refused.value = track
      return null
    }
    const { lat, lon } = track.value
    return wayOf(lat.map((at, i) => [at, lon[i] ?? 0]))
  }
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const data = new FormData(event.currentTarget)
    busy.value = true
    refused.value = null
    const read = source.value === 'paste' ? readGeoJson(String(data.get('geojson'))) : await wayGone()
    problem.value = read === null || read.ok ? null : source.value === 'track' ? p('way.noTrack') : sentence(read)
    if (read?.ok === true) {
      const metres = Number(data.get('width')) * 1000
      const answer = await requests.setCorridor({ points: read.points, metres })
      refused.value = answer.ok ? null : answer
      if (answer.ok) {
        toasts.say(p('way.saved'))
        onDone(answer.value)
      }
    }
    busy.value = false
  }
  return (
    <form class="limit-form" onSubmit={save}>
      <p class="muted">{p('way.lead')}</p>
      <div class="limit-fields">
        <label class="field">
          <span>{p('way.source')}</span>
          <select
            name="source"
            value={source.value}
            onChange={({ currentTarget }) => {
              source.value = currentTarget.value === 'track' ? 'track' : 'paste'
              problem.value = null
            }}
          >
            <option value="paste">{p('way.paste')}</option>
            <option value="track">{p('way.track')}</option>
          </select>
        </label>
        <Field
          label={p('way.width')}
          name="width"
          type="number"
          step="any"
          min={0.05}
          max={100}
          required
          defaultValue={String((shipment.corridor?.metres ?? USUAL_KM * 1000) / 1000)}
        />
      </div>
      {source.value === 'paste' && (
        <label class="field way-text">
          <span>{p('way.geojson')}</span>
          <textarea
            name="geojson"
            rows={5}
            required
            spellcheck={false}
            placeholder='{"type":"LineString","coordinates":[[121.5,31.2],[120.2,30.3]]}'
          />
        </label>
      )}
      <div role="alert">{problem.value !== null && <p class="field-problem">{problem}</p>}</div>
      <FormProblem refused={refused.value} />
      <div class="actions">
        <button type="submit" class="primary" disabled={busy.value}>
          {p('rules.save')}
        </button>
        <button type="button" onClick={() => onDone(null)}>
          {p('rules.cancel')}
        </button>
      </div>
    </form>
  )
}
