import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Settings } from '../../../server/config.ts'

const path = fileURLToPath(new URL('../../../docker-compose.yml', import.meta.url))
const source = readFileSync(path, 'utf8')

/** Python's YAML stands in for Compose, which may be absent, and which would have put the variables in already. */
const read = (): unknown => {
  const program = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))'
  try {
    return JSON.parse(execFileSync('python3', ['-c', program, path], { encoding: 'utf8', stdio: 'pipe' }))
  } catch {
    return undefined
  }
}

const Service = z.object({
  image: z.string(),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  configs: z.array(z.object({ source: z.string(), target: z.string() })).default([]),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
})
const Compose = z.object({
  services: z.object({ database: Service, mosquitto: Service, valkey: Service, server: Service }),
  networks: z.record(z.string(), z.unknown()),
  volumes: z.record(z.string(), z.unknown()),
  configs: z.record(z.string(), z.object({ content: z.string() })),
})
const parsed = read()

describe.skipIf(parsed === undefined)('docker-compose.yml', () => {
  const compose = () => Compose.parse(parsed)

  it('names nothing that is not there', () => {
    const { services, networks, volumes, configs } = compose()
    for (const service of Object.values(services)) {
      for (const name of service.networks) expect(networks).toHaveProperty(name)
      for (const volume of service.volumes) expect(volumes).toHaveProperty(volume.split(':')[0] ?? '')
      for (const config of service.configs) expect(Object.keys(configs)).toContain(config.source)
      for (const other of Object.keys(service.depends_on)) expect(services).toHaveProperty(other)
    }
  })

  it('starts the server when the others are healthy, with settings that it knows', () => {
    const { server, ...others } = compose().services
    expect(Object.keys(server.depends_on).sort()).toEqual(Object.keys(others).sort())
    for (const { condition } of Object.values(server.depends_on)) expect(condition).toBe('service_healthy')
    for (const other of Object.values(others)) expect(other.healthcheck?.test.length).toBeGreaterThan(1)
    const known = [...Object.keys(Settings.shape), 'PGPASSWORD']
    for (const name of Object.keys(server.environment)) expect(known).toContain(name)
    const given = Object.entries(server.environment).map(([name, value]) => [name, String(value)])
    // as Compose would put the variables in: a default, or what must be given
    const filled = given.map(([name = '', value = '']) => [
      name,
      value
        .replace(/\$\{\w+:-(.*?)\}/, '$1')
        .replace(/\$\{ADMIN_EMAIL:\?.*?\}/, 'a@b.example')
        .replace(/\$\{\w+:\?.*?\}/, 'a long password'),
    ])
    expect(Settings.safeParse(Object.fromEntries(filled)).success).toBe(true)
  })

  it('is reachable from this machine only, and has no secret in it', () => {
    const { services } = compose()
    for (const { ports } of Object.values(services)) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
    for (const { environment } of Object.values(services))
      for (const [name, value] of Object.entries(environment))
        if (name.endsWith('PASSWORD')) expect(value).toMatch(/^\$\{[A-Z_]+:\?.+\}$/)
    expect(services.valkey.ports.concat(services.database.ports)).toEqual([])
  })

  it('loses nothing: the database syncs, the broker keeps and does not drop, both on volumes', () => {
    const { services, configs } = compose()
    expect(services.database.command).toEqual(
      expect.arrayContaining(['-cfsync=on', '-csynchronous_commit=on', '-cfull_page_writes=on']),
    )
    expect(services.database.volumes).toEqual(['database:/var/lib/postgresql/data'])
    const settings = configs['mosquitto.conf']?.content.split('\n') ?? []
    for (const line of [
      'persistence true',
      'max_queued_messages 100000000',
      'max_inflight_messages 0',
      'allow_anonymous false',
    ])
      expect(settings).toContain(line)
    expect(services.mosquitto.volumes).toContain('broker:/mosquitto/data')
  })
})

describe('docker-compose.yml, as text', () => {
  it('doubles every dollar sign that is not one of Compose’s variables', () => {
    expect(source.replaceAll('$$', '').match(/\$(?!\{[A-Z_]+:[?-][^}]*\})/g)).toBe(null)
  })
})
