import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig, Settings } from '../../server/config.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zaitu-config-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const PROVIDER = {
  id: 'company',
  name: 'Company',
  issuer: 'https://login.company.example',
  clientId: 'zaitu',
  clientSecret: 'hunter2',
  organisationId: '0b6f2e52-3c2f-4a0e-9d3c-0b8f6f5c1a11',
}

/** A value that each setting takes. A setting that is missing here fails the test, so that a new secret is tried too. */
const VALUES: Record<string, string> = {
  HOST: '0.0.0.0',
  PORT: '3001',
  MQTT_PORT: '1884',
  DATA_DIR: '/data',
  DATABASE_URL: 'postgres://zaitu:hunter2@db/zaitu',
  MQTT_URL: 'mqtts://broker',
  MQTT_USERNAME: 'zaitu',
  MQTT_PASSWORD: 'hunter2',
  MQTT_CLIENT_ID: 'zaitu-2',
  REDIS_URL: 'rediss://:hunter2@cache',
  LOG_LEVEL: 'warn',
  DEMO: 'true',
  RETENTION_DAYS: '60',
  SECURE_COOKIES: 'true',
  TRUST_PROXY: '10.0.0.1',
  PUBLIC_URL: 'https://zaitu.example',
  OIDC_PROVIDERS: JSON.stringify([PROVIDER]),
  METRICS_TOKEN: 'sixteen characters',
  AUDIT_HEADS_FILE: '/heads.jsonl',
  AUDIT_HEADS_URL: 'https://archive.example/heads',
  ORGANISATION: 'Ours',
  ADMIN_EMAIL: 'desk@example.com',
  ADMIN_PASSWORD: 'a long enough one',
}

describe('settings', () => {
  it.each(Object.keys(Settings.shape))('%s is read from a file as from the environment', (name) => {
    const value = VALUES[name] ?? ''
    const file = join(folder, name)
    writeFileSync(file, `${value}\n`)
    const given = readConfig({ [name]: value })
    expect(readConfig({ [`${name}_FILE`]: file })).toEqual(given)
    expect(given).not.toEqual(readConfig({}))
  })

  it('does not repeat a secret that it can not use', () => {
    const sentence = (environment: Record<string, string>) => {
      try {
        readConfig(environment)
      } catch (error) {
        return String(error)
      }
      return 'taken'
    }
    expect(sentence({ METRICS_TOKEN: 'hunter2' })).toMatch(/METRICS_TOKEN/)
    for (const name of ['METRICS_TOKEN', 'ADMIN_PASSWORD', 'DATABASE_URL', 'REDIS_URL'])
      expect(sentence({ [name]: 'hunter2' })).not.toMatch(/hunter2|taken/)
  })

  it.each([
    ['not JSON', 'hunter2'],
    ['issuer', JSON.stringify([{ ...PROVIDER, issuer: 'hunter2' }])],
    ['createAs', JSON.stringify([{ ...PROVIDER, createAs: 'admin' }])],
    ['the same id', JSON.stringify([PROVIDER, PROVIDER])],
  ])('says what is wrong with a sign-in provider, and tells no secret: %s', (what, OIDC_PROVIDERS) => {
    expect(() => readConfig({ OIDC_PROVIDERS })).toThrow(what)
    expect(() => readConfig({ OIDC_PROVIDERS })).not.toThrow('hunter2')
  })
})
