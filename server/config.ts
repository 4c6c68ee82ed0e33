import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { OidcProvider } from './model/oidc.ts'

const flag = z.stringbool()
const port = z.coerce.number().int().min(0).max(65_535)

/** Every setting, with its default and unit. Any of them can be read from a file: `DATABASE_URL_FILE=/run/secrets/db`. */
export const Settings = z.object({
  HOST: z.string().default('127.0.0.1').describe('address that HTTP and the embedded broker listen on'),
  PORT: port.default(3000).describe('HTTP and WebSocket'),
  MQTT_PORT: port.default(1883).describe('embedded broker'),
  MQTTS_PORT: port.optional().describe('embedded broker over TLS; needs the two files'),
  TLS_CERT_FILE: z.string().optional().describe('PEM, with its chain; read again when it changes'),
  TLS_KEY_FILE: z.string().optional().describe('PEM'),
  TLS_CLIENT_CA_FILE: z
    .string()
    .optional()
    .describe('PEM: whose certificates let a device in without a secret, by their common name'),
  DEVICE_MESSAGES_PER_SECOND: z.coerce
    .number()
    .positive()
    .default(200)
    .describe('messages a second of one device in the long run, embedded broker; 250 s of them at once'),
  DEVICE_BYTES_PER_SECOND: z.coerce.number().min(4096).default(262_144).describe('the same in bytes'),
  DATA_DIR: z.string().default('.data').describe('where the embedded database lives'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('TimescaleDB or PostgreSQL ≥ 15; embedded without'),
  DATABASE_PASSWORD: z
    .string()
    .optional()
    .describe('of DATABASE_URL, where it may have any characters, and can come from a file of its own'),
  MQTT_URL: z
    .url({ protocol: /^mqtts?$/ })
    .optional()
    .describe('an MQTT 5 broker; embedded without'),
  MQTT_USERNAME: z.string().optional(),
  MQTT_PASSWORD: z.string().optional(),
  MQTT_CLIENT_ID: z
    .string()
    .default('zaitu-server')
    .describe(
      'names this server, at the broker and beside others: the same over restarts, another one for each server',
    ),
  MQTT_DYNAMIC_SECURITY: flag
    .default(false)
    .describe("keep the accounts of Mosquitto's dynamic-security plugin in step; MQTT_USERNAME is its admin"),
  MQTT_ACCESS_SECRET: z
    .string()
    .min(16)
    .optional()
    .describe('lets a broker ask over HTTP who may connect and publish (EMQX …)'),
  PUBLIC_MQTT_URL: z
    .url({ protocol: /^mqtts?$/ })
    .optional()
    .describe('where devices reach the broker'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .describe('Redis or Valkey, for more than one server; in process without'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  DEMO: flag.optional().describe('seed a demo and run a small simulated fleet; on when everything is embedded'),
  RETENTION_DAYS: z.coerce.number().min(31).default(400).describe('raw readings of shipments that are over, days'),
  COMPRESS_AFTER_DAYS: z.coerce
    .number()
    .int()
    .min(31, 'late readings are taken for 30 days, and are slow to add to what is compressed')
    .default(31)
    .describe('raw readings this old are compressed, days; TimescaleDB Community edition'),
  GAP_ALARM_MINUTES: z.coerce
    .number()
    .min(1)
    .default(10)
    .describe('how long a device may leave unanswered that it is to send again what is missing, minutes'),
  SECURE_COOKIES: flag.default(false).describe('people reach us over TLS (a proxy in front)'),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('where people and devices reach us, for links in invitations; as each request came without'),
  OIDC_PROVIDERS: z
    .string()
    .default('[]')
    .transform((text, context) => {
      try {
        return JSON.parse(text)
      } catch {
        context.addIssue('not JSON')
        return z.NEVER
      }
    })
    .pipe(z.array(OidcProvider))
    .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, 'two providers have the same id')
    .describe('companies whose people sign in with them, JSON (OpenID Connect)'),
  TRUST_PROXY: z.string().optional().describe('addresses whose X-Forwarded-For is believed'),
  METRICS_TOKEN: z
    .string()
    .min(16)
    .optional()
    .describe('bearer token for /metrics; without, only this machine may read them, and not through a proxy'),
  AUDIT_HEADS_FILE: z
    .string()
    .optional()
    .describe('a file outside of the database that gets the end of each audit chain once a day'),
  AUDIT_HEADS_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('the same as a POST, to be kept by somebody else'),
  SMTP_HOST: z.string().optional().describe('the mail server that notifications go through; no e-mail without'),
  SMTP_PORT: port.optional().describe('465 with SMTP_SECURITY tls, else 587'),
  SMTP_SECURITY: z
    .enum(['tls', 'starttls', 'none'])
    .default('starttls')
    .describe('none: only inside of a network that nobody listens in on'),
  SMTP_USERNAME: z.string().optional(),
  SMTP_PASSWORD: z.string().optional(),
  SMTP_FROM: z.string().optional().describe('the sender, such as Zaitu <alarms@company.example>'),
  NOTIFY_PRIVATE_ADDRESSES: flag
    .default(false)
    .describe('webhooks and robots may be at private addresses and over plain HTTP (a receiver in the same network)'),
  ORGANISATION: z
    .string()
    .default('My organisation')
    .describe('name of the first organisation, made when nobody is there yet'),
  ADMIN_EMAIL: z.email().optional().describe('the first person, made when nobody is there yet'),
  ADMIN_PASSWORD: z.string().min(10).optional(),
})
export type Settings = z.infer<typeof Settings>

export type Config = Settings & {
  demo: boolean
  loopback: boolean
  /** nobody but this machine reaches us, as far as the settings tell: behind a proxy, everybody comes from loopback */
  alone: boolean
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

const isAlone = ({ HOST, PUBLIC_URL, TRUST_PROXY, SECURE_COOKIES }: Settings): boolean =>
  LOOPBACK.has(HOST) &&
  TRUST_PROXY === undefined &&
  !SECURE_COOKIES &&
  (PUBLIC_URL === undefined || LOOPBACK.has(new URL(PUBLIC_URL).hostname.replace(/^\[|\]$/g, '')))

const contradiction = (settings: Settings): string | null => {
  const { MQTTS_PORT, TLS_CERT_FILE, TLS_KEY_FILE, MQTT_URL, MQTT_USERNAME, MQTT_DYNAMIC_SECURITY } = settings
  if (MQTTS_PORT !== undefined && (TLS_CERT_FILE === undefined || TLS_KEY_FILE === undefined))
    return 'MQTTS_PORT needs TLS_CERT_FILE and TLS_KEY_FILE'
  if (MQTT_DYNAMIC_SECURITY && (MQTT_URL === undefined || MQTT_USERNAME === undefined))
    return 'MQTT_DYNAMIC_SECURITY needs MQTT_URL, and MQTT_USERNAME and MQTT_PASSWORD of the plugin’s admin'
  return null
}

const withPassword = (url: string | undefined, password: string | undefined): { DATABASE_URL?: string } => {
  if (url === undefined || password === undefined) return {}
  const complete = new URL(url)
  complete.password = encodeURIComponent(password)
  return { DATABASE_URL: complete.href }
}

/** The settings that `environment` gives. Throws one sentence that names what is wrong with which setting. */
export const readConfig = (environment: Record<string, string | undefined>): Config => {
  const given: Record<string, string> = {}
  for (const name of Object.keys(Settings.shape)) {
    const file = environment[`${name}_FILE`]
    const value = environment[name] ?? (file === undefined ? undefined : readFileSync(file, 'utf8').trim())
    if (value !== undefined && value !== '') given[name] = value
  }
  const parsed = Settings.safeParse(given)
  if (!parsed.success) throw new Error(`a setting cannot be used: ${z.prettifyError(parsed.error)}`)
  const settings = parsed.data
  const wrong = contradiction(settings)
  if (wrong !== null) throw new Error(`a setting cannot be used: ${wrong}`)
  const embedded =
    settings.DATABASE_URL === undefined && settings.MQTT_URL === undefined && settings.REDIS_URL === undefined
  return {
    ...settings,
    ...withPassword(settings.DATABASE_URL, settings.DATABASE_PASSWORD),
    demo: settings.DEMO ?? embedded,
    loopback: LOOPBACK.has(settings.HOST),
    alone: isAlone(settings),
  }
}
