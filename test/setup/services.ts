import { inject } from 'vitest'
import { cloneDatabase, type TestDatabase } from './clones.ts'
import type { Host } from './host.ts'
import { type Mosquitto, type MosquittoOptions, startMosquitto } from './mosquitto.ts'
import type { Templated } from './template.ts'
import { startValkey, type Valkey } from './valkey.ts'

export type { TestDatabase } from './clones.ts'
export type { Mosquitto, MosquittoOptions } from './mosquitto.ts'
export type { Valkey } from './valkey.ts'

const services = inject('services')

/** What is there: `describe.skipIf(!has.timescale)`. `own`: services of a test's own can be started. */
export const has = {
  timescale: services.timescale !== null,
  community: services.community !== null,
  own: services.host !== null,
}

/** The suite's shared Mosquitto (anybody may do anything) and Valkey; null where there is none. */
export const { mqttUrl, redisUrl } = services

const needed = <Service>(service: Service | null, name: string): Service => {
  if (service === null) throw new Error(`there is no ${name} here: ask \`has\` before`)
  return service
}

const copyOf = (server: Templated | null, name: string) => (): Promise<TestDatabase> => {
  const { url, template } = needed(server, name)
  return cloneDatabase(url, template)
}
const emptyOn = (server: Templated | null, name: string) => (): Promise<TestDatabase> =>
  cloneDatabase(needed(server, name).url, 'template0')

/** A migrated database of its own with TimescaleDB: the Apache edition, or what TEST_DATABASE_URL is. */
export const freshTimescaleDatabase = copyOf(services.timescale, 'TimescaleDB')
/** The same on the Community edition. */
export const freshCommunityDatabase = copyOf(services.community, 'Community edition of TimescaleDB')
/** Databases on the same servers with nothing in them, for tests of the migrations. */
export const emptyTimescaleDatabase = emptyOn(services.timescale, 'TimescaleDB')
export const emptyCommunityDatabase = emptyOn(services.community, 'Community edition of TimescaleDB')

const host = (): Host => needed(services.host, 'way to start a service of its own')

/** A broker of the test's own, to be killed and restarted on the same port with the same data. */
export const startOwnMosquitto = async (options?: MosquittoOptions): Promise<Mosquitto> =>
  startMosquitto(host(), options)

export const startOwnValkey = async (): Promise<Valkey> => startValkey(host())
