import type { Alarm, AlarmAction } from '../../server/model/alarm.ts'
import type { AlarmSource } from '../../server/model/alarm-source.ts'
import type { Chart, Track } from '../../server/model/chart.ts'
import type { Problem } from '../../server/model/page.ts'
import type { Session } from '../../server/model/session.ts'
import type { Phase, Shipment, ShipmentDetail } from '../../server/model/shipment.ts'
import { t } from '../text/language.ts'

/** The sign-in of a demo, which the server may tell to whom it refuses (`demo` in the problem of `GET /session`). */
export type Demo = { email: string; password: string }
/** A field that the server did not accept: `path` as in the body that was sent, `a.b` or `/a/b`. */
export type FieldProblem = { path: string; message: string }
/** Why something did not work: a sentence for a person, the HTTP status (0 where no answer came), when to try again. */
export type Refused = {
  ok: false
  status: number
  message: string
  errors: FieldProblem[]
  retryAfterSeconds: number | null
  demo?: Demo
}
export type Answer<T> = { ok: true; value: T } | Refused
export type Page<T> = { items: T[]; next: string | null }
export type SparklineItem = {
  shipmentId: string
  time: number[]
  temperature: (number | null)[]
  pressure: (number | null)[]
}
export type AlarmDetail = Alarm & {
  /** not said by an older server */
  source?: AlarmSource
  actions: { action: AlarmAction; by: string | null; note: string | null; at: string }[]
}
export type Provider = { id: string; name: string }
/** An invitation or a new password, as its link tells before it is used. */
export type Welcome = { email: string; name: string; organisation: string; purpose: 'invitation' | 'reset' }
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Range = { from: number; to: number; points: number }

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString()
const rangeQuery = ({ from, to, points }: Range): string =>
  new URLSearchParams({ from: iso(from), to: iso(to), points: String(points) }).toString()

/** These say 401 of what was typed or of a link, not of the session that asks. */
const TRIES_A_SECRET = /^\/session(\/(password|invitation|share)\b.*)?$/

const problemOf = async (response: Response): Promise<Refused> => {
  const { status } = response
  const wait = Number(response.headers.get('retry-after') ?? Number.NaN)
  const refused: Refused = {
    ok: false,
    status,
    message: t('problem.unreadable', { status }),
    errors: [],
    retryAfterSeconds: Number.isFinite(wait) ? wait : null,
  }
  if (response.headers.get('content-type')?.includes('json') !== true) return refused
  const body: Partial<Problem> & { demo?: Demo } = await response.json()
  return {
    ...refused,
    message: body.detail ?? body.title ?? refused.message,
    errors: body.errors ?? [],
    ...(body.demo === undefined ? {} : { demo: body.demo }),
  }
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
          ...(body === undefined
            ? {}
            : { 'content-type': body instanceof Blob ? 'application/octet-stream' : 'application/json' }),
        },
        ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      })
      if (response.ok) return { ok: true, value: response.status === 204 ? null : await response.json() }
      if (response.status === 401 && !TRIES_A_SECRET.test(path)) onSignedOut()
      return await problemOf(response)
    } catch {
      return { ok: false, status: 0, message: t('problem.network'), errors: [], retryAfterSeconds: null }
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
    signOut: (everywhere: boolean) => ask<null>('DELETE', everywhere ? '/session?everywhere=true' : '/session'),
    providers: () => ask<{ items: Provider[] }>('GET', '/session/providers'),
    lookAtInvitation: (token: string) => ask<Welcome>('POST', '/session/invitation/look', { token }),
    acceptInvitation: async (body: { token: string; name?: string; password: string }) =>
      keepToken(await ask<Session>('POST', '/session/invitation', body)),
    openShare: async (token: string) => keepToken(await ask<Session>('POST', '/session/share', { token })),
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
    acknowledgeTogether: (ids: readonly string[]) =>
      ask<{ items: Alarm[]; skipped: string[] }>('POST', '/alarms/acknowledge', { ids }),
    shelve: (alarmId: string, until: string, reason: string) =>
      ask<Alarm>('POST', `/alarms/${id(alarmId)}/shelve`, { until, reason }),
    unshelve: (alarmId: string) => ask<Alarm>('POST', `/alarms/${id(alarmId)}/unshelve`, {}),
    reset: (alarmId: string) => ask<Alarm>('POST', `/alarms/${id(alarmId)}/reset`, {}),
    comment: (alarmId: string, text: string) => ask<Alarm>('POST', `/alarms/${id(alarmId)}/comment`, { text }),
    changePhase: (shipmentId: string, phase: Phase) =>
      ask<ShipmentDetail>('PATCH', `/shipments/${id(shipmentId)}`, { phase }),
  }
}
export type Api = ReturnType<typeof createApi>
export type Ask = Api['ask']
