import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Subject } from '../model/audit.ts'
import type { Session } from '../model/session.ts'
import { record } from '../store/audit.ts'
import { type From, findSession, openSession, SESSION_MS, type SignedIn } from '../store/people.ts'
import { inTransaction, speakAs, type Tx } from '../store/pool.ts'
import { cookieName } from './authentication.ts'
import type { AppDeps } from './dependencies.ts'

/** Names a browser that has signed in before (OWASP, device cookies); by itself it opens nothing. */
const browserCookie = (secure: boolean): string => (secure ? '__Host-zaitu-browser' : 'zaitu_browser')
const BROWSER_SECONDS = 400 * 86_400

/** The name that this browser was given when somebody signed in with it; null where there is none. */
export const browserOf = (request: FastifyRequest, secure: boolean): string | null => {
  const name = request.cookies[browserCookie(secure)]
  return name !== undefined && /^[\w-]{43}$/.test(name) ? name : null
}

export const fromOf = (request: FastifyRequest): From => ({
  address: request.ip,
  agent: request.headers['user-agent']?.slice(0, 300) ?? null,
})

/** Whoever speaks, as what something was done to. */
export const themselves = ({ kind, id, name }: SignedIn): Subject => ({ kind, id, name })

export const viewOf = (session: SignedIn): Session => ({
  user: {
    id: session.id,
    kind: session.kind,
    email: session.email,
    name: session.name,
    role: session.role,
    organisation: session.organisation,
    shipmentId: session.shipmentId,
  },
  csrfToken: session.csrfToken,
  expiresAt: session.expiresAt.toISOString(),
})

/** How somebody came to be signed in, for the audit. */
type Way = { action: 'session.opened' | 'invitation.accepted' | 'password.reset'; by: 'password' | 'link' | 'provider' }

/**
 * Signs the person in whom `proven` answers once their identity is, in one transaction: sets the cookies. Null where it
 * answers none, or when the account was disabled meanwhile.
 */
export const openFor = async (
  { pool, secureCookies: secure }: Pick<AppDeps, 'pool' | 'secureCookies'>,
  request: FastifyRequest,
  reply: FastifyReply,
  { action, by }: Way,
  proven: (tx: Tx) => Promise<string | null>,
): Promise<Session | null> => {
  const done = await inTransaction(pool, async (tx) => {
    const personId = await proven(tx)
    if (personId === null) return null
    const opened = await openSession(tx, personId, { ...fromOf(request), browser: browserOf(request, secure) })
    const session = opened === null ? null : await findSession(tx, opened.token)
    if (opened === null || session === null) return null
    await speakAs(tx, session)
    await record(tx, session, request.ip, { action, subject: themselves(session), details: { by } })
    return { opened, session }
  })
  if (done === null) return null
  const { opened, session } = done
  const options = { httpOnly: true, sameSite: 'lax', path: '/', secure } as const
  reply.setCookie(cookieName(secure), opened.token, { ...options, maxAge: SESSION_MS / 1000 })
  reply.setCookie(browserCookie(secure), opened.browser, { ...options, sameSite: 'strict', maxAge: BROWSER_SECONDS })
  return viewOf(session)
}
