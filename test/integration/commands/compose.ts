import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseDocument } from 'yaml'
import { z } from 'zod'

export const root = fileURLToPath(new URL('../../..', import.meta.url))

const ComposeService = z.object({
  image: z.string(),
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
})
export type Compose = z.infer<typeof Compose>

const text = readFileSync(`${root}docker-compose.yml`, 'utf8')

/** What the containers get of a text: `${NAME}` from `variables`, and `$$` as a dollar (Compose file, Interpolation). */
const interpolate = (written: string, variables: Record<string, string>): string =>
  written.replace(/\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}/g, (all, name?: string, operator?: string, rest = '') => {
    if (name === undefined) return '$'
    const value = variables[name] || (operator === '-' ? rest : undefined)
    if (value === undefined) throw new Error(`${all}: ${name} is not set`)
    return value
  })

/** docker-compose.yml as it is for whoever has set `variables`. Throws when it is not valid, or one is missing. */
export const readCompose = (variables: Record<string, string>): Compose => {
  const document = parseDocument(text, { strict: true, uniqueKeys: true })
  if (document.errors.length > 0) throw new Error(document.errors.join('\n'))
  const replaced = JSON.stringify(document.toJS(), (_key, value: unknown) =>
    typeof value === 'string' ? interpolate(value, variables) : value,
  )
  return Compose.parse(JSON.parse(replaced))
}

/** What whoever starts it has to set. */
export const NEEDED = {
  POSTGRES_PASSWORD: 'database/secret @ home',
  MQTT_PASSWORD: 'broker secret, "quoted" $HOME',
  ADMIN_EMAIL: 'desk@example.com',
  ADMIN_PASSWORD: 'a person knows it',
}
