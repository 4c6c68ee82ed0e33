import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDynamicSecurity } from '../../server/broker/dynamic-security.ts'
import { startEmbeddedPostgres } from '../../server/store/embedded.ts'
import { debianFolder, isDebianRoot } from '../setup/debian.ts'
import { startMosquitto } from '../setup/mosquitto.ts'
import { startTimescale } from '../setup/postgres.ts'
import { startValkey } from '../setup/valkey.ts'
import { accountOf, SILENT } from './rig.ts'

export type Infrastructure = {
  embedded: { databaseUrl: string }
  /**
   * null where no real services can be had. `guardedUrl`: a broker in which every device has an account and may do nothing
   * but its own; that of the server is in it. A broker that was given is taken as it is.
   */
  external: { databaseUrl: string; mqttUrl: string; guardedUrl: string; redisUrl: string | null } | null
  communityUrl: string | null
  stop(): Promise<void>
}

/** Devices that have an account at the guarded broker. */
export const GUARDED_DEVICES = 200
const ADMIN = { username: 'zaitu', password: 'bench' }

/** As the server makes them when devices are registered. */
const makeAccounts = async (url: string): Promise<string> => {
  const devices = Array.from({ length: GUARDED_DEVICES }, (_, i) => accountOf(i))
  const expected = {
    devices: new Set(devices.map(({ deviceId }) => deviceId)),
    revoked: new Set<string>(),
    suppliers: new Map<string, Set<string>>(),
    ended: new Set<string>(),
  }
  const security = createDynamicSecurity({
    ...ADMIN, url, clientId: 'bench-accounts', log: SILENT, expected: async () => expected, found: async () => undefined,
  }) // biome-ignore format: one group
  await security.start()
  for (const { deviceId, secret } of devices) {
    const told = await security.setDevice(deviceId, secret)
    if (!told.ok) throw new Error(`no account for ${deviceId}: ${told.reason}`)
  }
  await security.stop()
  return url.replace('//', `//${ADMIN.username}:${ADMIN.password}@`)
}

/** Databases and a broker for the whole run: the embedded PostgreSQL, and real TimescaleDB and Mosquitto where they can be had. */
export const startInfrastructure = async (): Promise<Infrastructure> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'zaitu-bench-'))
  const embedded = await startEmbeddedPostgres({ dataDir, log: SILENT })
  const stops: (() => Promise<unknown>)[] = [() => rm(dataDir, { recursive: true, force: true }), embedded.stop]
  let external: Infrastructure['external'] = null
  const given = { database: process.env.TEST_DATABASE_URL, mqtt: process.env.TEST_MQTT_URL }
  if (given.database !== undefined && given.mqtt !== undefined)
    external = {
      databaseUrl: given.database,
      mqttUrl: given.mqtt,
      guardedUrl: given.mqtt,
      redisUrl: process.env.TEST_REDIS_URL ?? null,
    }
  else if (isDebianRoot()) {
    const host = { kind: 'folder' as const, root: await debianFolder() }
    const [timescale, mosquitto, guarded, valkey] = await Promise.all([
      startTimescale(host),
      startMosquitto(host),
      startMosquitto(host, { admin: ADMIN }),
      startValkey(host),
    ])
    stops.push(timescale.stop, mosquitto.stop, guarded.stop, valkey.stop)
    const guardedUrl = await makeAccounts(guarded.url)
    external = { databaseUrl: timescale.url, mqttUrl: mosquitto.url, guardedUrl, redisUrl: valkey.url }
  }
  return {
    embedded: { databaseUrl: embedded.url },
    external,
    communityUrl: process.env.TEST_TIMESCALE_COMMUNITY_URL ?? null,
    stop: async () => {
      for (const stop of stops.reverse()) await stop()
    },
  }
}
