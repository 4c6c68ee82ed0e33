import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { limitCpu } from './cpu-share.ts'
import type { Notes } from './figures.ts'
import { startFleet } from './fleet.ts'
import type { Infrastructure } from './infrastructure.ts'
import { countReadings, DEVICES, untilCommitted } from './ingest.ts'
import { install, median, publish, type Server, startServer } from './rig.ts'

const SERVERS = 3
/** What a server gets where each has a machine of its own, of one core: broker, database and load have the others. */
const SHARE = 0.2
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
  for (const share of [SHARE, null]) {
    const messages = (quick ? 30_000 : 150_000) / (share === null ? 1 : 2)
    const pairs: { one: number; three: number }[] = []
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? [1, SERVERS] : [SERVERS, 1]
      const rates = new Map<number, number | null>()
      for (const count of order) rates.set(count, await measureRate(at, count, messages, share))
      const [one, three] = [rates.get(1), rates.get(SERVERS)]
      if (typeof one === 'number' && typeof three === 'number') pairs.push({ one, three })
    }
    if (pairs.length === 0) {
      notRun(`servers with ${share} of a core each: processor time can't be bounded here (it takes Linux and root)`)
      continue
    }
    const each = share === null ? `all on the same ${cores} cores` : `${share} of a core each`
    note(`one server, Mosquitto + TimescaleDB + Valkey, ${each}`, median(pairs.map(({ one }) => one)), 'msg/s')
    note(`… ${SERVERS} servers`, median(pairs.map(({ three }) => three)), 'msg/s')
    const ratio = median(pairs.map(({ one, three }) => three / one))
    // where cores are fewer than processes, sharing them costs; nobody wins rate by it, and none is promised
    note('… as a ratio, pair by pair', ratio, '', share === null && cores < 2 * SERVERS ? undefined : least(1.5))
  }
  const killed = await measureKill(at, quick ? 10 : 30)
  note(`one of ${SERVERS} servers killed in the middle: readings measured`, killed.measured, '')
  note('… not stored', killed.measured - killed.stored, '', most(0))
  note('… that no device was told of', killed.kept, '', most(0))
  note('… until every device was told of every reading, after the kill', killed.secondsUntilAll, 's')
  note('… sent more than once', killed.repeated, '')
} // biome-ignore format: a table's rows

type External = { databaseUrl: string; mqttUrl: string; redisUrl: string }

const startServers = async (databaseUrl: string, { mqttUrl, redisUrl }: External, count: number): Promise<Server[]> => {
  const servers: Server[] = []
  // one after another, as Compose does
  for (let i = 0; i < count; i++) servers.push(await startServer(databaseUrl, mqttUrl, { redisUrl }))
  return servers
}

/** Messages/s that `count` servers commit together, each with `share` of a core; null where that can't be done. */
const measureRate = async (
  at: External,
  count: number,
  messages: number,
  share: number | null,
): Promise<number | null> => {
  const installation = await install(at.databaseUrl, DEVICES)
  const servers = await startServers(installation.url, at, count)
  const bounds = share === null ? [] : servers.map(({ pid }) => limitCpu(pid, share))
  let rate: number | null = null
  if (!bounds.includes(null)) {
    const together = {
      committed: async () =>
        (await Promise.all(servers.map((server) => server.committed()))).reduce((a, b) => a + b, 0),
    }
    const publishing = publish({
      port: Number(new URL(at.mqttUrl).port),
      devices: installation.accounts,
      count: messages,
      window: 100,
    })
    await publishing.connected
    const warm = await untilCommitted(together, messages * 0.2, 20)
    const began = performance.now()
    const all = await untilCommitted(together, messages, 500)
    rate = (all - warm) / ((performance.now() - began) / 1_000)
    await publishing.finished
  }
  for (const server of servers) await server.stop()
  for (const release of bounds) release?.()
  await installation.drop()
  return rate
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
