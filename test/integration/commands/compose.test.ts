import { spawnSync } from 'node:child_process'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { readConfig, Settings } from '../../../server/config.ts'
import { NEEDED, readCompose, root } from './compose.ts'

const { services, volumes, configs, networks } = readCompose(NEEDED)
const named = Object.entries(services)
const hasCompose = spawnSync('docker', ['compose', 'version']).status === 0

describe('docker-compose.yml', () => {
  it('gives the service settings that it knows, and that it can start with', () => {
    const given = services.server?.environment ?? {}
    // PGPASSWORD is read by pg itself
    expect(Object.keys(given).filter((name) => !(name in Settings.shape) && name !== 'PGPASSWORD')).toEqual([])
    expect(readConfig(given)).toMatchObject({ HOST: '0.0.0.0', PORT: 3000, demo: false })
  })

  it('signs in at the database with a password of any characters', () => {
    const { DATABASE_URL, PGPASSWORD } = services.server?.environment ?? {}
    const before = process.env.PGPASSWORD
    try {
      process.env.PGPASSWORD = PGPASSWORD
      const { host, port, user, database, password } = new pg.Client({ connectionString: DATABASE_URL })
      expect([host, port, user, database]).toEqual(['database', 5432, 'zaitu', 'zaitu'])
      expect(password).toBe(NEEDED.POSTGRES_PASSWORD)
      expect(services.database?.environment).toMatchObject({ POSTGRES_USER: user, POSTGRES_PASSWORD: password })
    } finally {
      if (before === undefined) delete process.env.PGPASSWORD
      else process.env.PGPASSWORD = before
    }
  })

  it.each(Object.keys(NEEDED))('does not start without %s, and has no default for it', (name) => {
    expect(() => readCompose({ ...NEEDED, [name]: '' })).toThrow(`${name} is not set`)
  })

  it('opens its ports to this machine only, and of the database and Valkey none', () => {
    const open = named.flatMap(([name, { ports }]) => ports.map((port) => [name, port]))
    expect(open.sort()).toEqual([
      ['mosquitto', '127.0.0.1:1883:1883'],
      ['server', '127.0.0.1:3000:3000'],
    ])
    for (const name of ['database', 'valkey'])
      for (const network of services[name]?.networks ?? ['default'])
        expect(networks[network]?.internal, name).toBe(true)
  })

  it('waits until what the service needs is healthy', () => {
    const needed = Object.entries(services.server?.depends_on ?? {})
    expect(needed.map(([name]) => name).sort()).toEqual(['database', 'mosquitto', 'valkey'])
    for (const [name, { condition }] of needed) {
      expect(condition).toBe('service_healthy')
      expect(services[name]?.healthcheck?.test.length, name).toBeGreaterThan(1)
    }
  })

  it('names the version of every image to the last digit', () => {
    for (const [name, { image }] of named)
      if (name !== 'server') expect(image, name).toMatch(/:\d+\.\d+\.\d+(-[a-z0-9]+)?$/)
  })

  it('mounts only what it declares', () => {
    for (const [name, service] of named) {
      for (const volume of service.volumes) expect(Object.keys(volumes), name).toContain(volume.split(':')[0])
      for (const { source } of service.configs) expect(Object.keys(configs), name).toContain(source)
    }
  })

  it.skipIf(!hasCompose)('is what Docker Compose takes for valid', () => {
    const check = (environment: object) =>
      spawnSync('docker', ['compose', '--file', 'docker-compose.yml', '--env-file', '/dev/null', 'config', '--quiet'], {
        cwd: root,
        encoding: 'utf8',
        env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
      })
    expect(check(NEEDED)).toMatchObject({ status: 0, stderr: '' })
    expect(check({ ...NEEDED, MQTT_PASSWORD: '' }).stderr).toContain('MQTT_PASSWORD')
  })
})
