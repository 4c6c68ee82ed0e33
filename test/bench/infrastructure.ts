import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../../server/store/embedded.ts'
import { debianFolder, isDebianRoot } from '../setup/debian.ts'
import { startMosquitto } from '../setup/mosquitto.ts'
import { startTimescale } from '../setup/postgres.ts'
import { startValkey } from '../setup/valkey.ts'
import { SILENT } from './rig.ts'

export type Infrastructure = {
  embedded: { databaseUrl: string }
  /** null where no real services can be had */
  external: { databaseUrl: string; mqttUrl: string; redisUrl: string | null } | null
  communityUrl: string | null
  stop(): Promise<void>
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
      redisUrl: process.env.TEST_REDIS_URL ?? null,
    }
  else if (isDebianRoot()) {
    const host = { kind: 'folder' as const, root: await debianFolder() }
    const [timescale, mosquitto, valkey] = await Promise.all([
      startTimescale(host),
      startMosquitto(host),
      startValkey(host),
    ])
    stops.push(timescale.stop, mosquitto.stop, valkey.stop)
    external = { databaseUrl: timescale.url, mqttUrl: mosquitto.url, redisUrl: valkey.url }
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
