import { hash } from '@node-rs/argon2'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import pino from 'pino'
import { Registry } from 'prom-client'
import { type AppDeps, buildApp } from '../../../server/app.ts'
import { createForecaster } from '../../../server/forecasts.ts'
import { deviceSignIn } from '../../../server/store/device-sign-in.ts'
import { openPool, type Pool } from '../../../server/store/pool.ts'
import { freshDatabase } from './database.ts'

export const PASSWORD = 'correct horse'
type Role = 'viewer' | 'member' | 'admin'
export type Organisation = { id: string; email: Record<Role, string>; person: Record<Role, string> }

/** Whoever signed in asks with their cookie and their CSRF token. */
export type Client = {
  csrfToken: string
  cookie: string
  ask(
    method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<LightMyRequestResponse>
}

export type Service = {
  app: FastifyInstance
  deps: AppDeps
  owner: Pool
  one: Organisation
  other: Organisation
  signIn(email: string): Promise<Client>
  close(): Promise<void>
}

type Database = Awaited<ReturnType<typeof freshDatabase>>

const makeOrganisation = async (owner: Pool, name: string, passwordHash: string): Promise<Organisation> => {
  const { rows } = await owner.query<{ id: string }>(
    `insert into organisations (name, kind) values ($1, 'buyer') returning id`,
    [name],
  )
  const id = rows[0]?.id ?? ''
  const email = { viewer: `viewer@${name}.example`, member: `member@${name}.example`, admin: `admin@${name}.example` }
  const person: Record<Role, string> = { viewer: '', member: '', admin: '' }
  for (const role of ['viewer', 'member', 'admin'] as const) {
    const made = await owner.query<{ id: string }>(
      `insert into people (org_id, email, name, role, password_hash) values ($1, $2, $3, $4, $5) returning id`,
      [id, email[role], `The ${role} of ${name}`, role, passwordHash],
    )
    person[role] = made.rows[0]?.id ?? ''
  }
  return { id, email, person }
}

/** The HTTP side over a database of its own with two organisations; what isn't HTTP is stood in for by `parts`. */
export const startService = async (parts: Partial<AppDeps> = {}, given?: Database): Promise<Service> => {
  const database = given ?? (await freshDatabase())
  const log = pino({ level: 'silent' })
  const owner = openPool(database.url, { role: 'owner', max: 2, log })
  const pool = openPool(database.url, { role: 'zaitu_app', max: 4, log })
  const ingest = openPool(database.url, { role: 'zaitu_ingest', max: 2, log })
  const deps: AppDeps = {
    pool,
    log,
    metrics: new Registry(),
    devices: deviceSignIn(ingest),
    ready: async () => ({ ok: true, checks: { database: { ok: true } } }),
    submit: async () => ({ ok: true, stored: 1, deadLetters: 0 }),
    refoldsRequested: () => {},
    alarmsChanged: () => {},
    orderChanged: () => {},
    forecasts: createForecaster({ pool: ingest, log, orderChanged: parts.orderChanged ?? (() => {}) }),
    accessEnded: () => {},
    testChannel: async () => ({ ok: true, problem: null, detail: null }),
    secureCookies: false,
    dashboard: null,
    ...parts,
  }
  const app = await buildApp(deps)
  await app.ready()
  // the least work that argon2 takes: these tests are not about guessing
  const passwordHash = await hash(PASSWORD, { memoryCost: 8, timeCost: 1, parallelism: 1 })
  const one = await makeOrganisation(owner, 'one', passwordHash)
  const other = await makeOrganisation(owner, 'other', passwordHash)
  return {
    app,
    deps,
    owner,
    one,
    other,
    async signIn(email) {
      const answer = await app.inject({
        method: 'POST',
        url: '/api/v1/session',
        payload: { email, password: PASSWORD },
      })
      if (answer.statusCode !== 200) throw new Error(`sign-in answered ${answer.statusCode}: ${answer.body}`)
      const csrfToken: string = answer.json().csrfToken
      const [first] = answer.cookies
      const cookie = `${first?.name}=${first?.value}`
      return {
        csrfToken,
        cookie,
        ask: (method, path, body) => {
          const options: InjectOptions = {
            method,
            url: `/api/v1${path}`,
            headers: { cookie, 'x-csrf-token': csrfToken },
          }
          if (body !== undefined) options.payload = JSON.parse(JSON.stringify(body))
          return app.inject(options)
        },
      }
    },
    async close() {
      await app.close()
      await Promise.all([owner.end(), pool.end(), ingest.end()])
      await database.close()
    },
  }
}

/** A shipment that is all right, to change one thing about. */
export const shipmentBody = (reference: string, more: Record<string, unknown> = {}) => ({
  reference,
  substance: { cas: '67-56-1' },
  origin: { name: '上海 Shanghai', lat: 31.2, lon: 121.5 },
  destination: { name: '成都 Chengdu', lat: 30.6, lon: 104.1 },
  departAt: '2026-05-01T08:00:00Z',
  eta: '2026-05-05T08:00:00+08:00',
  ...more,
})
