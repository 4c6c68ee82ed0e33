import { spawnSync } from 'node:child_process'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { readConfig, Settings } from '../../../server/config.ts'
import { NEEDED, readCompose, root, settingsOf } from './compose.ts'

const compose = readCompose(NEEDED)
const { services, volumes, configs, networks } = compose
const named = Object.entries(services)
const SERVERS = ['server-1', 'server-2']
const hasCompose = spawnSync('docker', ['compose', 'version']).status === 0

describe('docker-compose.yml', () => {
  it.each(SERVERS)('gives %s settings that it knows, and that it can start with', (name) => {
    const given = settingsOf(compose, name, NEEDED)
    expect(Object.keys(given).filter((setting) => !(setting in Settings.shape))).toEqual([])
    expect(readConfig(given)).toMatchObject({ HOST: '0.0.0.0', PORT: 3000, demo: false, SECURE_COOKIES: true })
  })

  it('runs two servers that differ in what names their session at the broker, and in nothing else', () => {
    const [one, two] = SERVERS.map((name) => settingsOf(compose, name, NEEDED))
    expect(one?.MQTT_CLIENT_ID).not.toBe(two?.MQTT_CLIENT_ID)
    expect({ ...one, MQTT_CLIENT_ID: '' }).toEqual({ ...two, MQTT_CLIENT_ID: '' })
    expect(one?.REDIS_URL).toBeDefined()
  })

  it('signs in at the database with a password of any characters', () => {
    const { DATABASE_URL } = readConfig(settingsOf(compose, 'server-1', NEEDED))
    const { host, port, user, database, password } = new pg.Client({ connectionString: DATABASE_URL })
    expect([host, port, user, database]).toEqual(['database', 5432, 'zaitu', 'zaitu'])
    expect(password).toBe(NEEDED.POSTGRES_PASSWORD)
    expect(settingsOf(compose, 'database', NEEDED)).toMatchObject({ POSTGRES_USER: user, POSTGRES_PASSWORD: password })
  })

  it('keeps its passwords in files, and out of every environment', () => {
    const secrets = [NEEDED.POSTGRES_PASSWORD, NEEDED.MQTT_PASSWORD, NEEDED.ADMIN_PASSWORD]
    for (const [name, { environment, command }] of named)
      for (const secret of secrets) expect(JSON.stringify([environment, command]), name).not.toContain(secret)
  })

  it.each(Object.keys(NEEDED))('does not start without %s, and has no default for it', (name) => {
    expect(() => readCompose({ ...NEEDED, [name]: '' })).toThrow(`${name} is not set`)
  })

  it('opens the two ports of the proxy, to this machine only unless told otherwise', () => {
    const open = (variables: Record<string, string>) =>
      Object.entries(readCompose({ ...NEEDED, ...variables }).services).flatMap(([name, { ports }]) =>
        ports.map((port) => [name, port]),
      )
    expect(open({})).toEqual([
      ['proxy', '127.0.0.1:443:8443'],
      ['proxy', '127.0.0.1:8883:8883'],
    ])
    expect(open({ LISTEN: '0.0.0.0', HTTPS_PORT: '8443' })).toEqual([
      ['proxy', '0.0.0.0:8443:8443'],
      ['proxy', '0.0.0.0:8883:8883'],
    ])
    for (const name of ['database', 'valkey', 'mosquitto'])
      for (const network of services[name]?.networks ?? ['default'])
        expect(networks[network]?.internal, name).toBe(true)
  })

  it('starts each when what it needs is healthy', () => {
    const needs = Object.fromEntries(named.map(([name, { depends_on }]) => [name, Object.keys(depends_on)]))
    expect(needs).toMatchObject({
      'server-1': ['database', 'mosquitto', 'valkey'],
      'server-2': ['server-1'],
      proxy: ['mosquitto', ...SERVERS],
    })
    for (const [, { depends_on }] of named)
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        expect(condition).toBe('service_healthy')
        // those of the servers come with their image
        if (!SERVERS.includes(needed)) expect(services[needed]?.healthcheck?.test.length, needed).toBeGreaterThan(1)
      }
  })

  it('has a proxy that asks every server whether it is ready, and sends devices to the broker', () => {
    const proxy = configs['haproxy.cfg']?.content ?? ''
    for (const name of SERVERS) expect(proxy.split(`${name}:${services[name]?.environment.PORT}`).length, name).toBe(3)
    expect(proxy).toContain('option httpchk GET /readyz')
    expect(proxy).toContain('mosquitto:1883')
    for (const port of services.proxy?.ports ?? []) expect(proxy).toContain(`bind :${port.split(':').at(-1)} ssl`)
  })

  it('names the version of every image to the last digit', () => {
    for (const [name, { image, build }] of named) {
      const from = build?.dockerfile_inline?.match(/^FROM (.*)$/m)?.[1] ?? image
      if (!SERVERS.includes(name)) expect(from, name).toMatch(/:\d+\.\d+\.\d+(-[a-z0-9]+)?$/)
    }
  })

  it('loses nothing: the database syncs, the broker keeps and does not drop, both on volumes', () => {
    expect(services.database?.command).toEqual(
      expect.arrayContaining(['-cfsync=on', '-csynchronous_commit=on', '-cfull_page_writes=on']),
    )
    expect(services.database?.volumes).toEqual(['database:/var/lib/postgresql/data'])
    expect(services.mosquitto?.volumes).toContain('broker:/mosquitto/data')
    const settings = configs['mosquitto.conf']?.content.split('\n') ?? []
    for (const line of ['persistence true', 'max_queued_messages 100000000', 'allow_anonymous false'])
      expect(settings).toContain(line)
  })

  it('mounts only what it declares', () => {
    for (const [name, service] of named) {
      for (const volume of service.volumes) expect(Object.keys(volumes), name).toContain(volume.split(':')[0])
      for (const { source } of service.configs) expect(Object.keys(configs), name).toContain(source)
      for (const secret of service.secrets) expect(Object.keys(compose.secrets), name).toContain(secret)
      for (const network of service.networks) expect(Object.keys(networks), name).toContain(network)
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
