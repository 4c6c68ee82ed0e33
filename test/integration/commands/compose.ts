import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseDocument } from 'yaml'
import { z } from 'zod'

export const root = fileURLToPath(new URL('../../..', import.meta.url))

const ComposeService = z.object({
  image: z.string(),
  build: z.object({ dockerfile: z.string().optional(), dockerfile_inline: z.string().optional() }).optional(),
  command: z.array(z.string()).default([]),
  secrets: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).default({}),
  networks: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  configs: z.array(z.object({ source: z.string(), target: z.string() })).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
})
const Compose = z.object({
  services: z.record(z.string(), ComposeService),
  networks: z.record(z.string(), z.object({ internal: z.boolean().default(false) })),
  volumes: z.record(z.string(), z.unknown()),
  configs: z.record(z.string(), z.object({ content: z.string() })),
  secrets: z.record(z.string(), z.object({ environment: z.string() })),
})
export type Compose = z.infer<typeof Compose>

const text = readFileSync(`${root}docker-compose.yml`, 'utf8')

/** What the containers get of a text: `${NAME}` from `variables`, and `$$` as a dollar (Compose file, Interpolation). */
const interpolate = (written: string, variables: Record<string, string>): string =>
  written.replace(
    /\$(\$|\{(\w+)(?::([-?])([^}]*))?\})?/g,
    (all, what?: string, name = '', operator = '', rest = '') => {
      if (what === '$') return '$'
      if (what === undefined) throw new Error(`a dollar sign that stands alone, in: ${written}`)
      const value = variables[name] || (operator === '-' ? rest : undefined)
      if (value === undefined) throw new Error(`${all}: ${name} is not set`)
      return value
    },
  )

/** docker-compose.yml as it is for whoever has set `variables`. Throws when it is not valid, or one is missing. */
export const readCompose = (variables: Record<string, string>): Compose => {
  const document = parseDocument(text, { strict: true, uniqueKeys: true, merge: true })
  if (document.errors.length > 0) throw new Error(document.errors.join('\n'))
  const replaced = JSON.stringify(document.toJS(), (_key, value: unknown) =>
    typeof value === 'string' ? interpolate(value, variables) : value,
  )
  const compose = Compose.parse(JSON.parse(replaced))
  for (const { environment } of Object.values(compose.secrets))
    if (!variables[environment]) throw new Error(`${environment} is not set`)
  return compose
}

const SECRETS = '/run/secrets/'

/** The settings of a service as it sees them, with what it reads from a file of a secret that is there for it. */
export const settingsOf = (compose: Compose, name: string, variables: Record<string, string>) => {
  const service = compose.services[name]
  const settings: Record<string, string> = {}
  for (const [setting, value] of Object.entries(service?.environment ?? {})) {
    if (!value.startsWith(SECRETS)) settings[setting] = value
    else {
      const secret = value.slice(SECRETS.length)
      if (!service?.secrets.includes(secret)) throw new Error(`${name} has no secret ${secret}`)
      settings[setting.replace(/_FILE$/, '')] = variables[compose.secrets[secret]?.environment ?? ''] ?? ''
    }
  }
  return settings
}

/** What whoever starts it has to set. */
export const NEEDED = {
  POSTGRES_PASSWORD: 'database/secret @ home',
  MQTT_PASSWORD: 'broker secret, "quoted" $HOME',
  ADMIN_EMAIL: 'desk@example.com',
  ADMIN_PASSWORD: 'a person knows it',
}
