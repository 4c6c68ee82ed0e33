import { request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import { isIP } from 'node:net'
import { isPrivate, PRIVATE, publicLookup } from './address.ts'
import type { Outcome } from './channel.ts'

export type Answer = { status: number; body: string; retryAfterMs: number | null }
export type Post = (
  url: string,
  body: string,
  headers?: Record<string, string>,
) => Promise<{ ok: true; answer: Answer } | Extract<Outcome, { ok: false }>>

const PATIENCE_MS = 10_000
/** Of an answer no more is read: all that is looked at is a short JSON object. */
const MOST_BYTES = 64 * 1024

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '')
const failure = (error: Error): Extract<Outcome, { ok: false }> => {
  const detail = error.message.slice(0, 300)
  if (codeOf(error) === PRIVATE) return { ok: false, problem: 'private-address', detail }
  if (error.name === 'TimeoutError' || error.name === 'AbortError')
    return { ok: false, problem: 'timeout', detail: 'no answer in time', unreachable: true }
  const isTls = /^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|EPROTO|ERR_SSL)/.test(codeOf(error))
  return { ok: false, problem: isTls ? 'certificate' : 'unreachable', detail, unreachable: true }
}

const retryAfter = (header: string | undefined): number | null => {
  if (header === undefined) return null
  const seconds = /^\d{1,6}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 3_600_000) : null
}

/**
 * POSTs JSON to an address that somebody typed in: never to a private one unless allowed, plain HTTP only where private
 * ones are, and no redirect is followed. Expected failures are values.
 */
export const createPost = ({
  privateAddresses,
  patienceMs = PATIENCE_MS,
}: {
  privateAddresses: boolean
  patienceMs?: number
}): Post => {
  return (url, body, headers = {}) =>
    new Promise((resolve) => {
      const { protocol, hostname } = new URL(url)
      const host = hostname.replace(/^\[|\]$/g, '')
      const refuse = (detail: string) => resolve({ ok: false, problem: 'private-address', detail })
      if (!privateAddresses && protocol !== 'https:') return refuse('only https:// is spoken to')
      if (!privateAddresses && isIP(host) !== 0 && isPrivate(host))
        return refuse(`${host} is an address of a private network`)
      const request = (protocol === 'https:' ? overHttps : overHttp)(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'Zaitu',
          ...headers,
        },
        // a connection of its own each time: one that is kept alive would be to what was looked up earlier
        agent: false,
        ...(!privateAddresses && { lookup: publicLookup }),
        signal: AbortSignal.timeout(patienceMs),
      })
      request.on('error', (error) => resolve(failure(error)))
      request.on('response', (response) => {
        const chunks: Buffer[] = []
        let bytes = 0
        const finish = () =>
          resolve({
            ok: true,
            answer: {
              status: response.statusCode ?? 0,
              body: Buffer.concat(chunks).toString('utf8'),
              retryAfterMs: retryAfter(response.headers['retry-after']),
            },
          })
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes <= MOST_BYTES) chunks.push(chunk)
          else {
            finish()
            request.destroy()
          }
        })
        response.on('end', finish)
        response.on('error', (error) => resolve(failure(error)))
      })
      request.end(body)
    })
}

/** What an HTTP status alone says; null where it is 2xx. */
export const statusProblem = ({ status, body, retryAfterMs }: Answer): Extract<Outcome, { ok: false }> | null => {
  if (status >= 200 && status < 300) return null
  const detail = `HTTP ${status}${body === '' ? '' : `: ${body.replace(/\s+/g, ' ').slice(0, 200)}`}`
  if (status >= 300 && status < 400) return { ok: false, problem: 'redirected', detail: `HTTP ${status}` }
  if (status === 410) return { ok: false, problem: 'gone', detail }
  const wait = retryAfterMs === null ? {} : { waitMs: retryAfterMs }
  return { ok: false, problem: status === 429 ? 'rate' : 'rejected', detail, ...wait }
}
