import type { FastifyBaseLogger } from 'fastify'
import type { Registry } from 'prom-client'
import type { Outcome } from '../broker/source.ts'
import type { OidcProvider } from '../model/oidc.ts'
import type { DeviceSignIn } from '../store/devices.ts'
import type { Pool } from '../store/pool.ts'
import type { SignInLimits } from './attempts.ts'

/** What became of readings that came over HTTP. */
export type Submitted = ({ ok: true } & Outcome) | { ok: false; status: 413 | 503; reason: string }
export type Readiness = { ok: boolean; checks: Record<string, { ok: boolean; reason?: string | undefined }> }

/** What the HTTP side is given by `main`, or by a test. */
export type AppDeps = {
  /** acts as zaitu_app */
  pool: Pool
  log: FastifyBaseLogger
  metrics: Registry
  /** judges a device's secret (`store/devices.ts`), shared with the broker so that a rotation reaches both */
  devices: DeviceSignIn
  /** whether the service can do its work, and what is in its way */
  ready(): Promise<Readiness>
  /** resolves once the message's readings are on disk, or with the reason why they are not */
  submit(message: { topic: string; payload: Buffer; receivedAt: number }): Promise<Submitted>
  /** a loan, limits or a phase changed and that is committed: whoever folds streams again may look now */
  refoldsRequested(): void
  /** an alarm was acknowledged or commented and that is committed: whoever tells clients may look now */
  alarmsChanged(): void
  /** somebody (id of a person, an API token or a share link) may no longer do what they might: their pushes end now */
  accessEnded(id: string): void
  /** true when people reach us over TLS: cookies are then Secure */
  secureCookies: boolean
  /** whose X-Forwarded-For is believed */
  trustProxy?: boolean | string
  /** the built dashboard; null where there is none (tests of the API) */
  dashboard: string | null
  /** the well-known sign-in of a demo on loopback, offered to whoever is not signed in; never a password of anybody's */
  demoSignIn?: { email: string; password: string } | undefined
  /** where people reach us, for links that they pass on; taken from the request where none is set */
  publicUrl?: string
  /** companies whose people sign in with them (OpenID Connect) */
  oidcProviders?: readonly OidcProvider[]
  signInLimits?: SignInLimits
  /** requests a minute and address, but for telemetry */
  requestsPerMinute?: number
}
