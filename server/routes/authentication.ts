import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TokenScope } from '../model/session.ts'
import { findSession, hashToken, type SignedIn } from '../store/people.ts'
import type { Pool } from '../store/pool.ts'
import { findShareSession } from '../store/share-links.ts'
import { findSupplierSession } from '../store/supplier-links.ts'
import { findToken, isApiToken } from '../store/tokens.ts'
import { refusal } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** who speaks, once `requireSession` has let the request through */
    signedIn: SignedIn | null
  }
  interface FastifyContextConfig {
    /** a viewer may do this although it is no GET */
    openToViewers?: boolean
    /** only administrators may do this, or look at it */
    adminsOnly?: boolean
    /** whoever holds a share link may look at this; the database shows it the one shipment and nothing else */
    openToShares?: boolean
    /** whoever holds a supplier's link may do this; the database shows it that supplier's lines and nothing else */
    openToSuppliers?: boolean
    /** an API token of this scope may do this, whatever its role */
    scope?: TokenScope
  }
}

/** The prefix makes browsers insist on Secure, so it can't be used over plain HTTP. */
export const cookieName = (secure: boolean): string => (secure ? '__Host-zaitu' : 'zaitu_session')

/** Its own, so that somebody who is signed in and opens a link stays signed in. */
export const shareCookieName = (secure: boolean): string => (secure ? '__Host-zaitu-share' : 'zaitu_share')

/** Of a supplier's link, its own too. */
export const supplierCookieName = (secure: boolean): string => (secure ? '__Host-zaitu-supplier' : 'zaitu_supplier')

/** The subprotocol by which a shared page's WebSocket says what `x-zaitu-share` says on HTTP: browsers set no headers there. */
export const SHARE_PROTOCOL = 'zaitu.share'
export const LINK_ENDED =
  'This link is not complete, has ended, or was withdrawn. Ask whoever sent it to you for a new one.'

/**
 * Whether a page under /shared asks. It alone speaks by the link's cookie and never by the person's, and every other page
 * the other way round, so that the two never mix in one browser.
 */
const isShared = (headers: IncomingHttpHeaders): boolean =>
  headers['x-zaitu-share'] !== undefined ||
  (headers['sec-websocket-protocol'] ?? '').split(/ *, */).includes(SHARE_PROTOCOL)

type Presented = { by: 'cookie' | 'bearer'; token: string }

const cookieIn = (headers: IncomingHttpHeaders, name: string): string | null => {
  const pair = (headers.cookie ?? '').split(/; */).find((text) => text.startsWith(`${name}=`))
  const token = pair?.slice(name.length + 1) ?? ''
  return token === '' ? null : token
}

const presentedToken = (headers: IncomingHttpHeaders, secure: boolean): Presented | null => {
  const bearer = /^Bearer ([A-Za-z0-9_-]{16,200})$/i.exec(headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return { by: 'bearer', token: bearer }
  const token = cookieIn(headers, cookieName(secure))
  return token === null ? null : { by: 'cookie', token }
}

/**
 * The session that these headers name, by cookie or `Authorization: Bearer`; null where there is none, or it is over.
 * `from` is the address they came from, for the trace that the use of a share link leaves.
 */
export const sessionFromHeaders = async (
  pool: Pool,
  headers: IncomingHttpHeaders,
  { secure, from = null }: { secure: boolean; from?: string | null },
): Promise<(SignedIn & { by: Presented['by']; token: string }) | null> => {
  // the supplier's page, which has no live part
  if (headers['x-zaitu-supplier'] !== undefined) {
    const token = cookieIn(headers, supplierCookieName(secure))
    if (token === null) return null
    const link = await findSupplierSession(pool, token, { from, agent: headers['user-agent'] ?? null })
    return link === null ? null : { ...link, by: 'cookie', token }
  }
  if (isShared(headers)) {
    const token = cookieIn(headers, shareCookieName(secure))
    if (token === null) return null
    const share = await findShareSession(pool, token, { from, agent: headers['user-agent'] ?? null })
    return share === null ? null : { ...share, by: 'cookie', token }
  }
  const presented = presentedToken(headers, secure)
  if (presented === null) return null
  // an API token is a machine's: a cookie is sent by itself, so it never stands in one
  const isToken = isApiToken(presented.token)
  if (isToken && presented.by !== 'bearer') return null
  const session = await (isToken ? findToken : findSession)(pool, presented.token)
  return session === null ? null : { ...session, ...presented }
}

/** Compares without telling by its duration where two strings differ. */
export const sameText = (one: string, other: string): boolean => timingSafeEqual(hashToken(one), hashToken(other))

const READS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Lets through who is signed in. What changes something needs the session's CSRF token when a browser's cookie speaks
 * (a bearer token is never sent by itself), and, but for signing out, more than the right to look.
 */
export const requireSession =
  (pool: Pool, { secure }: { secure: boolean }) =>
  async (request: FastifyRequest, _reply: FastifyReply): Promise<void> => {
    const session = await sessionFromHeaders(pool, request.headers, { secure, from: request.ip })
    if (session === null && (isShared(request.headers) || request.headers['x-zaitu-supplier'] !== undefined))
      throw refusal(401, LINK_ENDED)
    if (session === null) throw refusal(401, 'Please sign in: there is no session, or it has ended.')
    request.signedIn = session
    const { config } = request.routeOptions
    if (session.kind === 'share' && config.openToShares !== true)
      throw refusal(403, 'This link shows one shipment, and nothing else.')
    if (session.kind === 'supplier-link' && config.openToSuppliers !== true)
      throw refusal(403, 'This link is for saying how far your open lines are, and for nothing else.')
    if (config.adminsOnly === true && session.role !== 'admin')
      throw refusal(403, 'Only administrators of your organisation may do this.')
    if (session.scope === 'telemetry' || session.scope === 'milestones') {
      if (config.scope === session.scope) return
      throw refusal(403, `This API token is for ${session.scope} only.`)
    }
    if (READS.has(request.method)) return
    if (session.by === 'cookie') {
      const given = request.headers['x-csrf-token']
      if (typeof given !== 'string' || !sameText(given, session.csrfToken))
        throw refusal(403, 'The header x-csrf-token is missing or not of this session. Sign in again.')
    }
    if (session.kind === 'supplier-link') return
    if (session.role === 'viewer' && config.openToViewers !== true)
      throw refusal(403, 'Your account may look, but not change anything. Ask an administrator of your organisation.')
  }

/** Who speaks, for handlers behind `requireSession`. */
export const signedIn = (request: FastifyRequest): SignedIn => {
  if (request.signedIn === null) throw refusal(401, 'Please sign in.')
  return request.signedIn
}
