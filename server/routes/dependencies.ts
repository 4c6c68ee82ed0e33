import type { FastifyBaseLogger } from 'fastify'
import type { Registry } from 'prom-client'
import type { Outcome } from '../broker/source.ts'
import type { Forecast, ForecastMove } from '../model/forecast.ts'
import type { ChannelTested } from '../model/notification.ts'
import type { OidcProvider } from '../model/oidc.ts'
import type { DeviceSignIn } from '../store/device-sign-in.ts'
import type { Pool } from '../store/pool.ts'
import type { SignInLimits } from './sign-ins.ts'

/** What became of readings that came over HTTP. */
export type Submitted = ({ ok: true } & Outcome) | { ok: false; status: 413 | 503; reason: string }
export type Readiness = { ok: boolean; checks: Record<string, { ok: boolean; reason?: string | undefined }> }

/** Where devices reach us, as far as the settings say so. */
export type Addresses = {
  publicMqttUrl?: string | undefined
  /** of an external broker, as this server reaches it */
  brokerUrl?: string | undefined
  /** of the embedded broker */
  mqttPort?: number | undefined
  mqttsPort?: number | undefined
}

/** An external broker's own list of who may connect, where the server keeps it. */
export type BrokerAccounts = {
  /** Makes an account or changes its password; `taken`: the name belongs to an account that isn't ours. */
  setDevice(deviceId: string, secret: string): Promise<{ ok: true } | { ok: false; taken: boolean; reason: string }>
  /** The newest token of an organisation for milestones is what its MQTT client signs in with. */
  setSupplier(supplierId: string, tokenId: string, token: string): ReturnType<BrokerAccounts['setDevice']>
  /** A token was revoked. */
  supplierChanged(): void
  /** Ends a device's account and its connection; what can't be told the broker now is told it later. */
  removeDevice(deviceId: string): Promise<void>
}

/** Judges the clients of a broker that asks over HTTP. */
export type MqttAccess = {
  /** what the broker proves itself with */
  secret: string
  /** `server`: that is us. Rejects when the database is out of reach. */
  signIn(clientId: string, username: string, password: string): Promise<'allow' | 'deny' | 'server'>
  may(clientId: string, username: string, action: 'publish' | 'subscribe', topic: string): boolean
}

/** What the HTTP side is given by `main`, or by a test. */
export type AppDeps = {
  /** acts as zaitu_app */
  pool: Pool
  log: FastifyBaseLogger
  metrics: Registry
  /** judges a device's secret (`store/devices.ts`), shared with the broker so that a rotation reaches both */
  devices: Pick<DeviceSignIn, 'authenticate' | 'forget'>
  /** a device's secret or right to speak has changed and that is committed; resolves when it holds on this server */
  devicesChanged?: (deviceId: string) => Promise<void>
  brokerAccounts?: BrokerAccounts
  mqttAccess?: MqttAccess
  addresses?: () => Addresses
  /** whether the service can do its work, and what is in its way */
  ready(): Promise<Readiness>
  /** resolves once the message's readings are on disk, or with the reason why they are not */
  submit(message: { topic: string; payload: Buffer; receivedAt: number }): Promise<Submitted>
  /** a loan, limits or a phase changed and that is committed: whoever folds streams again may look now */
  refoldsRequested(): void
  /** an alarm was acknowledged or commented and that is committed: whoever tells clients may look now */
  alarmsChanged(): void
  /** an order, or what is said of its lines, changed and that is committed: its buyer and suppliers may be told now */
  orderChanged(orderId: string): void
  /** forecasts of order lines, whoever asks: what the asker may see is judged before */
  forecasts: {
    /** from what was known at `asOf` (epoch ms; null: now); null where there is no such line */
    at(line: { orderId: string; line: string }, asOf: number | null): Promise<Forecast | null>
    /** before something that was learnt at `learntAt` (epoch ms), and now */
    moved(line: { orderId: string; line: string }, learntAt: number): Promise<ForecastMove>
    /** now, and if what has not left their supplier came so many days later */
    ifSlipped(
      lines: readonly { orderId: string; line: string }[],
      slipDays: number,
    ): Promise<{ orderId: string; line: string; before: Forecast; after: Forecast }[]>
  }
  /** somebody (id of a person, an API token or a share link) may no longer do what they might: their pushes end now */
  accessEnded(id: string): void
  /** sends a test over a channel of notifications, now; null where the organisation has no such channel */
  testChannel?: (orgId: string, channelId: string) => Promise<ChannelTested | null>
  /** e-mail can be sent */
  hasMailServer?: boolean
  /** channels may be at private addresses, over plain HTTP */
  privateAddresses?: boolean
  /** true when people reach us over TLS: cookies are then Secure */
  secureCookies: boolean
  /** whose X-Forwarded-For is believed */
  trustProxy?: boolean | string
  /** what /metrics asks for; without it only this machine may read them */
  metricsToken?: string
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
