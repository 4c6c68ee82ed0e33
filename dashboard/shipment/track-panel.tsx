import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Track } from '../../server/model/chart.ts'
import type { ShipmentDetail } from '../../server/model/shipment.ts'
import { param, setParams } from '../state/address.ts'
import { dark } from '../state/appearance.ts'
import { t } from '../text/language.ts'
import { dayTime } from '../text/times.ts'
import { useZaitu } from '../zaitu.ts'
import type { TrackMap } from './map.ts'
import { type ChosenRange, resolveRange } from './range.ts'

const TRACK_POINTS = 1000

/** Where it went in the chosen time and where it is; the map's library comes only when this is on the screen. */
export const TrackPanel = ({ shipment, chosen }: { shipment: ShipmentDetail; chosen: ChosenRange }) => {
  const { api } = useZaitu()
  const shown = param('map') !== '0'
  const place = useRef<HTMLDivElement>(null)
  const map = useRef<TrackMap | null>(null)
  const track = useSignal<Track | null>(null)
  const seen = useSignal(false)
  const ready = useSignal(0)
  const { newest, origin, destination } = shipment
  const key = chosen.preset ?? `${chosen.from}-${chosen.to}`

  // `key` stands for the range
  useEffect(() => {
    if (!shown || !seen.value) return
    const asking = new AbortController()
    const range = resolveRange(chosen, shipment, Date.now() / 1000)
    void api.track(shipment.id, { ...range, points: TRACK_POINTS }, asking.signal).then((answer) => {
      if (answer.ok && !asking.signal.aborted) track.value = answer.value
    })
    return () => asking.abort()
  }, [shipment.id, key, shown, seen.value])

  useEffect(() => {
    const holder = place.current
    if (!shown || holder === null) return
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting === true) seen.value = true
    })
    observer.observe(holder)
    return () => observer.disconnect()
  }, [shown, seen])

  const isDark = dark.value
  // made again for the other theme
  useEffect(() => {
    const holder = place.current
    if (!shown || !seen.value || holder === null) return
    let gone = false
    void import('./map.ts').then(async ({ createTrackMap }) => {
      if (gone) return
      const made = await createTrackMap(holder, { origin, destination })
      if (gone) made.close()
      else {
        map.current = made
        ready.value++
      }
    })
    return () => {
      gone = true
      map.current?.close()
      map.current = null
    }
  }, [shown, seen.value, isDark, shipment.id])

  const [lat, lon] = [newest?.lat ?? null, newest?.lon ?? null]
  // drawn when any of it is new
  useEffect(() => {
    map.current?.draw(track.value, lat === null || lon === null ? null : { lat, lon }, shipment.corridor)
  }, [track.value, lat, lon, shipment.corridor, ready.value])

  return (
    <section class="panel track" aria-labelledby="track-title">
      <header>
        <h2 id="track-title">{t('shipment.track')}</h2>
        <button type="button" class="plain" onClick={() => setParams({ map: shown ? '0' : null })}>
          {t(shown ? 'shipment.mapHide' : 'shipment.mapShow')}
        </button>
      </header>
      {shown && (
        <>
          <div class="map" ref={place} data-ready={ready.value > 0} />
          <p class="muted map-note">
            {lat === null || lon === null || newest === null
              ? t('shipment.noTrack')
              : `${t('shipment.here', { time: dayTime(newest.time) })}: ${lat.toFixed(4)}, ${lon.toFixed(4)}`}
          </p>
        </>
      )}
    </section>
  )
}
