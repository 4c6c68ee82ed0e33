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

/** Settings that are secrets, or may hold one. */
const SECRETS = Object.keys(Settings.shape).filter(
  (name) => /PASSWORD|SECRET|TOKEN|PROVIDERS|_URL$/.test(name) && !name.startsWith('PUBLIC_'),
)
/** A value that each takes; one that is missing here fails, so that a new secret is tried too. */
const VALUES: Record<string, string> = {
  DATABASE_PASSWORD: 'hunter2',
  DATABASE_URL: 'postgres://zaitu:hunter2@db/zaitu',
  MQTT_URL: 'mqtts://zaitu:hunter2@broker',
  MQTT_PASSWORD: 'hunter2',
  SMTP_PASSWORD: 'hunter2',
  MQTT_ACCESS_SECRET: 'a secret of more than thirty-two characters',
  REDIS_URL: 'rediss://:hunter2@cache',
  METRICS_TOKEN: 'sixteen characters',
  AUDIT_HEADS_URL: 'https://archive.example/heads?key=hunter2',
  ADMIN_PASSWORD: 'a long enough one',
  OIDC_PROVIDERS: JSON.stringify([
    {
      id: 'acme',
      name: 'Acme',
      issuer: 'https://id.acme.example',
      clientId: 'zaitu',
      clientSecret: 'hunter2',
      organisationId: '0191e5a4-0000-7000-8000-000000000000',
    },
  ]),
}

describe('settings', () => {
  it.each(SECRETS)('%s is read from a file as from the environment', (name) => {
    const value = VALUES[name] ?? ''
    const file = join(folder, name)
    writeFileSync(file, `${value}\n`)
    // a password of its own belongs to an address that names an account
    const rest = name === 'DATABASE_PASSWORD' ? { DATABASE_URL: 'postgres://zaitu@database/zaitu' } : {}
    const given = readConfig({ ...rest, [name]: value })
    expect(readConfig({ ...rest, [`${name}_FILE`]: file })).toEqual(given)
    expect(given).not.toEqual(readConfig(rest))
  })

  it.each<[Record<string, string>, boolean]>([
    [{}, true],
    [{ PUBLIC_URL: 'http://localhost:3000' }, true],
    [{ PUBLIC_URL: 'http://[::1]:3000', HOST: '::1' }, true],
    [{ PUBLIC_URL: 'https://zaitu.example' }, false],
    [{ HOST: '0.0.0.0' }, false],
    [{ TRUST_PROXY: '127.0.0.1' }, false],
    [{ SECURE_COOKIES: 'true' }, false],
  ])('with %o tells whether nobody but this machine reaches us: %s', (environment, alone) => {
    expect(readConfig(environment).alone).toBe(alone)
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
    // what another server has given is taken whatever it is
    for (const name of SECRETS.filter((one) => !['DATABASE_PASSWORD', 'MQTT_PASSWORD', 'SMTP_PASSWORD'].includes(one)))
      expect(sentence({ [name]: 'hunter2' })).not.toMatch(/hunter2|taken/)
  })
})
