import { createHash, randomUUID } from 'node:crypto'
import type { Invitation, Organisation, Person, SessionEntry } from '../../server/model/account.ts'
import type { User } from '../../server/model/session.ts'
import type { ApiToken } from '../../server/model/token.ts'

type Body = Record<string, unknown>
type Answer = { status: number; body: unknown }

const HOUR = 3_600_000
const DAY = 24 * HOUR
const ok = (body: unknown, status = 200): Answer => ({ status, body })
const list = (items: readonly unknown[]): Answer => ok({ items, next: null })
const problem = (status: number, detail: string, field?: string): Answer => ({
  status,
  body: {
    type: 'about:blank',
    title: 'Refused',
    status,
    detail,
    ...(field === undefined ? {} : { errors: [{ path: field, message: detail }] }),
  },
})
const before = (ms: number): string => new Date(Date.now() - ms).toISOString()
const after = (ms: number): string => new Date(Date.now() + ms).toISOString()

const roleOf = (role: unknown): User['role'] => (role === 'admin' || role === 'member' ? role : 'viewer')
const scopeOf = (scope: unknown): ApiToken['scope'] =>
  scope === 'write' || scope === 'telemetry' || scope === 'milestones' ? scope : 'read'

const firstPeople = (user: User): Person[] => [
  { id: user.id, email: user.email ?? '', name: user.name, role: user.role, disabled: false, lastSeenAt: before(0) },
  {
    id: randomUUID(),
    email: 'li.na@example.com',
    name: 'Li Na',
    role: 'member',
    disabled: false,
    lastSeenAt: before(HOUR),
  },
  {
    id: randomUUID(),
    email: 'q.zhao@example.com',
    name: 'Zhao Qiang',
    role: 'viewer',
    disabled: true,
    lastSeenAt: before(40 * DAY),
  },
]
const firstPartners = (user: User): Organisation[] => [
  { ...user.organisation, self: true, hasPeople: true },
  { id: randomUUID(), name: 'Yangtze Fluorides', kind: 'supplier', self: false, hasPeople: true },
  { id: randomUUID(), name: 'Hong Qiao Tank Haulage', kind: 'carrier', self: false, hasPeople: false },
]
const firstSessions = (): SessionEntry[] => [
  {
    id: randomUUID(),
    createdAt: before(2 * HOUR),
    lastSeenAt: before(0),
    from: '10.20.0.14',
    agent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
    current: true,
  },
  {
    id: randomUUID(),
    createdAt: before(3 * DAY),
    lastSeenAt: before(5 * HOUR),
    from: '172.16.4.9',
    agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 Version/19.0 Safari/604.1',
    current: false,
  },
]
const DEEDS = [
  'session.opened',
  'device.registered',
  'shipment.changed',
  'alarm.acknowledged',
  'something.newer',
] as const
const firstEntries = (user: User) =>
  Array.from({ length: 120 }, (_, i) => {
    const seq = 120 - i
    const action = DEEDS[i % DEEDS.length] ?? DEEDS[0]
    return {
      seq,
      at: before(i * 17 * 60_000),
      actor: { kind: 'person', id: user.id, name: user.name },
      from: '10.20.0.14',
      action,
      subject: {
        kind: action.split('.')[0],
        id: randomUUID(),
        name: action.startsWith('shipment') ? 'ZT-24003' : user.name,
      },
      details: i % 2 === 0 ? {} : { phase: { from: 'planned', to: 'in-transit' } },
      hash: createHash('sha256').update(String(seq)).digest('hex'),
    }
  })

/** The accounts' part of the API with a state of its own, for one organisation: `null` where a path is not its own. */
export const createAccounts = (user: User, origin: () => string) => {
  const people = firstPeople(user)
  const organisations = firstPartners(user)
  let sessions = firstSessions()
  const invitations = new Map<string, Invitation & { token: string }>()
  const tokens: ApiToken[] = []
  const entries = firstEntries(user)

  const hand = (whom: Pick<Invitation, 'email' | 'name' | 'role' | 'organisation' | 'purpose'>): Answer => {
    const id = randomUUID()
    const token = randomUUID().replaceAll('-', '')
    const expiresAt = after(7 * DAY)
    invitations.set(id, { ...whom, id, token, expiresAt })
    return ok({ id, link: `${origin()}/welcome#${token}`, expiresAt }, 201)
  }
  const byToken = (token: unknown) => [...invitations.values()].find((one) => one.token === token)
  const over = problem(404, 'This link does not hold.')

  /** What is answered to whoever is not signed in; a used invitation says whose session begins. */
  const open = (method: string, path: string, body: Body): Answer | null => {
    if (path === '/session/providers') return list([{ id: 'corp', name: 'East Sea ID' }])
    if (path === '/session/invitation/look') {
      const seen = byToken(body.token)
      if (seen === undefined) return over
      return ok({ email: seen.email, name: seen.name, organisation: seen.organisation.name, purpose: seen.purpose })
    }
    if (method === 'POST' && path === '/session/invitation') {
      const seen = byToken(body.token)
      if (seen === undefined) return over
      if (String(body.password).startsWith('password'))
        return problem(400, 'This password is among the first that are guessed.', 'password')
      invitations.delete(seen.id)
      return ok('signed in')
    }
    return null
  }

  const changePerson = (person: Person, part: string, method: string, body: Body): Answer | null => {
    if (part === '/reset') return hand({ ...person, organisation: user.organisation, purpose: 'reset' })
    if (method !== 'PATCH') return null
    if (body.role !== undefined) person.role = roleOf(body.role)
    if (body.disabled !== undefined) person.disabled = body.disabled === true
    return ok(person)
  }
  const make = (path: string, body: Body): Answer | null => {
    if (path === '/people') {
      const email = String(body.email)
      if (people.some((person) => person.email === email))
        return problem(409, `${email} has an account already.`, 'email')
      const partner = organisations.find(({ id }) => id === body.organisationId)
      const organisation = partner ?? user.organisation
      return hand({ email, name: String(body.name), role: roleOf(body.role), organisation, purpose: 'invitation' })
    }
    if (path === '/organisations') {
      const kind = body.kind === 'carrier' ? 'carrier' : 'supplier'
      const made: Organisation = { id: randomUUID(), name: String(body.name), kind, self: false, hasPeople: false }
      organisations.push(made)
      return ok(made, 201)
    }
    if (path === '/tokens') {
      const made: ApiToken = {
        id: randomUUID(),
        name: String(body.name),
        scope: scopeOf(body.scope),
        createdBy: user.name,
        createdAt: before(0),
        expiresAt: String(body.expiresAt),
        lastUsedAt: null,
        revokedAt: null,
      }
      tokens.unshift(made)
      return ok({ ...made, token: `zt_${'a1B2c3D4'.repeat(5)}xyz` }, 201)
    }
    return null
  }
  const end = (path: string): Answer | null => {
    const id = path.split('/').at(-1)
    if (path.startsWith('/session/list/')) sessions = sessions.filter((session) => session.id !== id)
    else if (path.startsWith('/invitations/')) invitations.delete(id ?? '')
    else if (path.startsWith('/tokens/'))
      for (const token of tokens) token.revokedAt = token.id === id ? before(0) : token.revokedAt
    else return null
    return ok(null, 204)
  }
  const audit = (query: URLSearchParams): Answer => {
    const action = query.get('action')
    const from = Number(query.get('cursor') ?? 0)
    const limit = Number(query.get('limit') ?? 50)
    const found = entries.filter((entry) => action === null || entry.action === action)
    const next = found.length > from + limit ? String(from + limit) : null
    return ok({ items: found.slice(from, from + limit), next })
  }

  const signedIn = (method: string, path: string, body: Body, query: URLSearchParams): Answer | null => {
    const adminsOnly = /^\/(tokens|audit|invitations)\b/.test(path) || (method !== 'GET' && path.startsWith('/people'))
    if (adminsOnly && user.role !== 'admin')
      return problem(403, 'Only administrators of your organisation may do this.')
    if (method === 'PUT' && path === '/session/password') {
      if (body.current !== 'correct horse') return problem(403, 'The current password is another one.', 'current')
      sessions = sessions.filter((session) => session.current)
      return ok(null, 204)
    }
    const person = /^\/people\/([^/]+)(\/\w+)?$/.exec(path)
    const known = people.find(({ id }) => id === person?.[1])
    if (known !== undefined) return changePerson(known, person?.[2] ?? '', method, body)
    if (method === 'POST') return make(path, body)
    if (method === 'DELETE') return end(path)
    if (path === '/session/list') return list(sessions)
    if (path === '/people') return list(people)
    if (path === '/organisations') return list(organisations)
    if (path === '/supplier-links') return list([])
    if (path === '/invitations') return list([...invitations.values()].map(({ token: _, ...shown }) => shown))
    if (path === '/tokens') return list(tokens)
    if (path === '/audit') return audit(query)
    if (path === '/audit/head') return ok({ seq: entries[0]?.seq, hash: entries[0]?.hash, at: entries[0]?.at })
    return null
  }
  return { open, signedIn }
}
