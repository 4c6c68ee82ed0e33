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
  DATA_DIR: z.string().default('.data').describe('where the embedded database lives'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('TimescaleDB or PostgreSQL ≥ 15; embedded without'),
  MQTT_URL: z
    .url({ protocol: /^mqtts?$/ })
    .optional()
    .describe('an MQTT 5 broker; embedded without'),
  MQTT_USERNAME: z.string().optional(),
  MQTT_PASSWORD: z.string().optional(),
  MQTT_CLIENT_ID: z
    .string()
    .default('zaitu-server')
    .describe('names our session at the broker: the same over restarts, another one for each server'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .describe('Redis or Valkey, for more than one server; in process without'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  DEMO: flag.optional().describe('seed a demo and run a small simulated fleet; on when everything is embedded'),
  RETENTION_DAYS: z.coerce.number().min(31).default(400).describe('raw readings of shipments that are over, days'),
  SECURE_COOKIES: flag.default(false).describe('people reach us over TLS (a proxy in front)'),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('where people reach us, for links in invitations; as each request came without'),
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
  ORGANISATION: z
    .string()
    .default('My organisation')
    .describe('name of the first organisation, made when nobody is there yet'),
  ADMIN_EMAIL: z.email().optional().describe('the first person, made when nobody is there yet'),
  ADMIN_PASSWORD: z.string().min(10).optional(),
})
export type Settings = z.infer<typeof Settings>

export type Config = Settings & { demo: boolean; loopback: boolean }

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

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
  const embedded =
    settings.DATABASE_URL === undefined && settings.MQTT_URL === undefined && settings.REDIS_URL === undefined
  return { ...settings, demo: settings.DEMO ?? embedded, loopback: LOOPBACK.has(settings.HOST) }
}
