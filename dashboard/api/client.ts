import type { Alarm, AlarmAction } from '../../server/model/alarm.ts'
import type { Chart, Track } from '../../server/model/chart.ts'
import type { Device } from '../../server/model/masterdata.ts'
import type { Problem } from '../../server/model/page.ts'
import type { Session } from '../../server/model/session.ts'
import type { Shipment, ShipmentDetail } from '../../server/model/shipment.ts'
import { t } from '../text/language.ts'

/** The sign-in of a demo, which the server may tell to whom it refuses (`demo` in the problem of `GET /session`). */
export type Demo = { email: string; password: string }
/** What an answer is: the value, or a sentence for a person with the HTTP status (0 where no answer came). */
export type Answer<T> = { ok: true; value: T } | { ok: false; status: number; message: string; demo?: Demo }
export type Page<T> = { items: T[]; next: string | null }
export type SparklineItem = {
  shipmentId: string
  time: number[]
  temperature: (number | null)[]
  pressure: (number | null)[]
}
export type AlarmDetail = Alarm & {
  actions: { action: AlarmAction; by: string | null; note: string | null; at: string }[]
}
export type NewDevice = {
  id: string
  intervalSeconds: number
  reportSeconds?: number
  pressureReference: 'absolute' | 'gauge'
}
type Method = 'GET' | 'POST' | 'DELETE'
type Range = { from: number; to: number; points: number }

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString()
const rangeQuery = ({ from, to, points }: Range): string =>
  new URLSearchParams({ from: iso(from), to: iso(to), points: String(points) }).toString()

const problemOf = async (response: Response): Promise<{ message: string; demo?: Demo }> => {
  const unreadable = t('problem.unreadable', { status: response.status })
  if (response.headers.get('content-type')?.includes('json') !== true) return { message: unreadable }
  const body: Partial<Problem> & { demo?: Demo } = await response.json()
  const message = body.detail ?? body.title ?? unreadable
  return body.demo === undefined ? { message } : { message, demo: body.demo }
}

/**
 * The server's HTTP side. Every answer is a value; `onSignedOut` is told when the session has ended. Ranges are epoch
 * seconds. `shared`: it asks by the share link that this browser has opened, rather than by who is signed in.
 */
export const createApi = ({ onSignedOut, shared = false }: { onSignedOut: () => void; shared?: boolean }) => {
  let csrfToken = ''

  const ask = async <T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<Answer<T>> => {
    try {
      const response = await fetch(`/api/v1${path}`, {
        method,
        credentials: 'same-origin',
        headers: {
          accept: 'application/json',
          ...(shared ? { 'x-zaitu-share': '1' } : {}),
          ...(method === 'GET' ? {} : { 'x-csrf-token': csrfToken }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      })
      if (response.ok) return { ok: true, value: response.status === 204 ? null : await response.json() }
      if (response.status === 401 && path !== '/session') onSignedOut()
      return { ok: false, status: response.status, ...(await problemOf(response)) }
    } catch {
      return { ok: false, status: 0, message: t('problem.network') }
    }
  }
  const keepToken = (answer: Answer<Session>): Answer<Session> => {
    if (answer.ok) csrfToken = answer.value.csrfToken
    return answer
  }
  const id = encodeURIComponent

  return {
    /** One question by path, for the sections that are loaded later and know their own. */
    ask,
    session: async () => keepToken(await ask<Session>('GET', '/session')),
    signIn: async (email: string, password: string) =>
      keepToken(await ask<Session>('POST', '/session', { email, password })),
    openShare: async (token: string) => keepToken(await ask<Session>('POST', '/session/share', { token })),
    signOut: () => ask<null>('DELETE', '/session'),
    shipments: (cursor: string | null) =>
      ask<Page<Shipment>>('GET', `/shipments?limit=1000${cursor === null ? '' : `&cursor=${id(cursor)}`}`),
    shipment: (shipmentId: string) => ask<ShipmentDetail>('GET', `/shipments/${id(shipmentId)}`),
    sparklines: (hours: number) => ask<{ items: SparklineItem[] }>('GET', `/sparklines?hours=${hours}`),
    readings: (shipmentId: string, range: Range, signal: AbortSignal) =>
      ask<Chart>('GET', `/shipments/${id(shipmentId)}/readings?${rangeQuery(range)}`, undefined, signal),
    track: (shipmentId: string, range: Range, signal: AbortSignal) =>
      ask<Track>('GET', `/shipments/${id(shipmentId)}/track?${rangeQuery(range)}`, undefined, signal),
    shipmentAlarms: (shipmentId: string) => ask<Page<Alarm>>('GET', `/shipments/${id(shipmentId)}/alarms?limit=200`),
    alarms: (state: 'open' | 'all', cursor: string | null) =>
      ask<Page<Alarm>>('GET', `/alarms?state=${state}&limit=200${cursor === null ? '' : `&cursor=${id(cursor)}`}`),
    alarm: (alarmId: string) => ask<AlarmDetail>('GET', `/alarms/${id(alarmId)}`),
    acknowledge: (alarmId: string) => ask<Alarm>('POST', `/alarms/${id(alarmId)}/acknowledge`, {}),
    shelve: (alarmId: string, until: string, reason: string) =>
      ask<Alarm>('POST', `/alarms/${id(alarmId)}/shelve`, { until, reason }),
    unshelve: (alarmId: string) => ask<Alarm>('POST', `/alarms/${id(alarmId)}/unshelve`, {}),
    reset: (alarmId: string) => ask<Alarm>('POST', `/alarms/${id(alarmId)}/reset`, {}),
    comment: (alarmId: string, text: string) => ask<Alarm>('POST', `/alarms/${id(alarmId)}/comment`, { text }),
    devices: (cursor: string | null) =>
      ask<Page<Device>>('GET', `/devices?limit=200${cursor === null ? '' : `&cursor=${id(cursor)}`}`),
    registerDevice: (device: NewDevice) => ask<{ id: string; secret: string }>('POST', '/devices', device),
    rotateSecret: (deviceId: string) =>
      ask<{ id: string; secret: string }>('POST', `/devices/${id(deviceId)}/secret`, {}),
  }
}
export type Api = ReturnType<typeof createApi>
export type Ask = Api['ask']
