import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Notes } from './figures.ts'
import { startFleet } from './fleet.ts'
import { countReadings, DEVICES, untilCommitted } from './ingest.ts'
import { type Infrastructure, install, median, publish, type Server, startServer } from './rig.ts'

const SERVERS = 3
/** A device that hears nothing for this long after its broker's PUBACK sends again; as asked for by `resend`, sooner. */
const DOUBT_MS = 30_000
/** as long as it may take until everything is committed again, ms */
const PATIENCE_MS = 120_000

/** Three servers on one broker, database and Valkey: their rate against that of one, and what a killed one costs. */
export const noteServers = async (
  { note, notRun, least, most }: Notes,
  external: Infrastructure['external'],
  { quick, rounds }: { quick: boolean; rounds: number },
): Promise<void> => {
  if (external === null || external.redisUrl === null)
    return notRun('three servers: they want Mosquitto, TimescaleDB and Valkey (set TEST_REDIS_URL as well)')
  const at = { ...external, redisUrl: external.redisUrl }
  const cores = cpus().length
  for (const readings of [1, 20]) {
    const messages = (quick ? 40_000 : 150_000) / (readings === 1 ? 1 : 5)
    const pairs: { one: number; three: number }[] = []
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? [1, SERVERS] : [SERVERS, 1]
      const rates = new Map<number, number>()
      for (const count of order) rates.set(count, await measureRate(at, count, messages, readings))
      pairs.push({ one: rates.get(1) ?? Number.NaN, three: rates.get(SERVERS) ?? Number.NaN })
    }
    note(`one server, ${readings} a message, Mosquitto + TimescaleDB + Valkey`, median(pairs.map(({ one }) => one)), 'readings/s')
    note(`… ${SERVERS} servers, all on the same ${cores} cores`, median(pairs.map(({ three }) => three)), 'readings/s')
    note('… as a ratio, pair by pair', median(pairs.map(({ one, three }) => three / one)), '', least(1))
  }
  if (cores < 2 * SERVERS)
    console.log(`    ${cores} cores for ${SERVERS} servers, broker, database and load: the ratio says what sharing costs, not what servers of their own would bring`)
  const killed = await measureKill(at, quick ? 10 : 30)
  note(`one of ${SERVERS} servers killed in the middle: readings measured`, killed.measured, '')
  note('… not stored', killed.measured - killed.stored, '', most(0))
  note('… that no device was told of', killed.kept, '', most(0))
  note('… committed again for every device, after the kill', killed.secondsUntilAll, 's')
  note('… sent more than once', killed.repeated, '')
} // biome-ignore format: a table's rows

type External = { databaseUrl: string; mqttUrl: string; redisUrl: string }

const startServers = async (databaseUrl: string, { mqttUrl, redisUrl }: External, count: number): Promise<Server[]> => {
  const servers: Server[] = []
  // one after another, as Compose does
  for (let i = 0; i < count; i++) servers.push(await startServer(databaseUrl, mqttUrl, { redisUrl }))
  return servers
}

/** readings/s that `count` servers commit together. */
const measureRate = async (at: External, count: number, messages: number, readings: number): Promise<number> => {
  const installation = await install(at.databaseUrl, DEVICES)
  const servers = await startServers(installation.url, at, count)
  const together = {
    committed: async () => (await Promise.all(servers.map((server) => server.committed()))).reduce((a, b) => a + b, 0),
  }
  const publishing = publish({
    port: Number(new URL(at.mqttUrl).port),
    devices: installation.accounts,
    count: messages,
    readings,
    window: readings === 1 ? 100 : 10,
  })
  await publishing.connected
  const warm = await untilCommitted(together, messages * readings * 0.2, 20)
  const began = performance.now()
  const all = await untilCommitted(together, messages * readings, 500)
  const seconds = (performance.now() - began) / 1_000
  await publishing.finished
  for (const server of servers) await server.stop()
  await installation.drop()
  return (all - warm) / seconds
}

/** Devices that keep what is not committed, while one of the servers goes and does not come back. */
const measureKill = async (at: External, seconds: number) => {
  const installation = await install(at.databaseUrl, 100)
  const servers = await startServers(installation.url, at, SERVERS)
  const fleet = startFleet(at.mqttUrl, installation.accounts, 200, DOUBT_MS)
  const until = async (done: () => boolean, mostMs: number): Promise<void> => {
    for (const end = performance.now() + mostMs; !done() && performance.now() < end; ) await sleep(50)
  }
  await until(fleet.connected, 30_000)
  await sleep((seconds / 2) * 1_000)
  const killedAt = performance.now()
  await servers[1]?.kill()
  await sleep((seconds / 2) * 1_000)
  fleet.rest()
  await until(() => fleet.kept() === 0, PATIENCE_MS)
  const secondsUntilAll = (performance.now() - killedAt) / 1_000
  const [measured, kept, repeated] = [fleet.measured(), fleet.kept(), fleet.repeated()]
  await fleet.close()
  for (const server of servers) await server.stop()
  const stored = await countReadings(installation)
  await installation.drop()
  return { measured, kept, repeated, stored, secondsUntilAll }
}
