import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from '../../simulators/random.ts'
import { createPublisher } from '../bench/publisher.ts'
import type { Part, World } from './world.ts'

/** `storm`: how many devices come at once; `pace`: how long everything lasts, against a long run. */
export type Size = { storm: number; pace: number }

export type Fault = {
  name: string
  /** why it can't be done in this world; null: it can */
  lacks(world: World): string | null
  /** begins it and ends it; all is as before, but for what it did */
  run(world: World, random: Random, size: Size): Promise<void>
}

const always = (): null => null
const outside = (world: World): string | null =>
  world.kind === 'external' ? null : 'database, broker and server are one process here'

const killed =
  (of: (world: World, random: Random) => Part | null): Fault['run'] =>
  async (world, random, { pace }) => {
    const part = of(world, random)
    await part?.kill()
    await pause(random.between(300, 2_500) * pace)
    await part?.restart()
  }
/** Longer than a lease holds, too. */
const stopped =
  (of: (world: World, random: Random) => Part | null): Fault['run'] =>
  async (world, random, { pace }) => {
    const part = of(world, random)
    await part?.pause()
    await pause(random.between(1_000, 9_000) * pace)
    await part?.resume()
  }

const someServer = ({ servers }: World, random: Random): Part | null =>
  servers[Math.floor(random.next() * servers.length)] ?? null

type Way = 'devices' | 'web' | 'database' | 'broker' | 'cache'
const waysOf = ({ ways }: World, name: Way) => (name === 'web' ? ways.web : [ways[name]]).filter((way) => way !== null)
const cut =
  (name: Way): Fault['run'] =>
  async (world, random, { pace }) => {
    for (let times = 3; times > 0; times--) {
      for (const way of waysOf(world, name)) way.cut()
      await pause(random.between(100, 900) * pace)
    }
  }
const halfOpen =
  (name: Way): Fault['run'] =>
  async (world, random, { pace }) => {
    for (const way of waysOf(world, name)) way.swallow()
    await pause(random.between(3_000, 8_000) * pace)
    for (const way of waysOf(world, name)) way.heal()
  }
const slow =
  (name: Way, ms: number): Fault['run'] =>
  async (world, random, { pace }) => {
    for (const way of waysOf(world, name)) way.delay(ms)
    await pause(random.between(3_000, 6_000) * pace)
    for (const way of waysOf(world, name)) way.heal()
  }

/**
 * Many are connected and are cut, all at once, and come back at once, just when who takes them in is killed. Each has said
 * something before, and says something when it is back.
 */
const storm: Fault['run'] = async (world, random, { storm: count }) => {
  const devices = await world.further(count)
  const began = Date.now()
  const said = async (seq: number, meanwhile: () => Promise<void>): Promise<void> => {
    const publisher = createPublisher({
      port: world.ways.devices.port,
      devices,
      count: devices.length,
      payload: () => `{"time":${began + seq},"boot":1,"seq":${seq},"temperature":20}`,
    })
    try {
      await publisher.connected
      await publisher.run()
      await meanwhile()
    } finally {
      publisher.close()
    }
  }
  await said(0, async () => world.ways.devices.cut())
  const server = someServer(world, random)
  await server?.kill()
  const restarting = server?.restart()
  // embedded, there is nobody to come to before
  if (world.kind === 'embedded') await restarting
  await said(1, async () => undefined)
  await restarting
}

/**
 * What the devices were told last does not reach them, and is forgotten with the broker; nothing new is measured. They can
 * only send again what they keep, and must be answered.
 */
const forgotten: Fault['run'] = async (world, _random, { pace }) => {
  world.fleet.rest()
  world.ways.devices.swallow()
  // what had been sent is committed, and that is published
  await pause(2_500)
  await world.broker?.kill()
  await world.broker?.restart()
  await pause(500 * pace)
  world.ways.devices.heal()
}

const ONE = { devices: 'of the devices', web: 'of the clients', database: 'to the database', broker: 'of the servers to the broker', cache: 'to Redis' } as const // biome-ignore format: a line

export const FAULTS: readonly Fault[] = [
  { name: 'a server killed', lacks: always, run: killed(someServer) },
  { name: 'a server stopped', lacks: always, run: stopped(someServer) },
  {
    name: 'all servers killed',
    lacks: outside,
    run: async ({ servers }) => {
      for (const server of servers) await server.kill()
      for (const server of servers) await server.restart()
    },
  },
  { name: 'the database killed', lacks: always, run: killed(({ database }) => database) },
  { name: 'the database stopped', lacks: always, run: stopped(({ database }) => database) },
  { name: 'the broker killed', lacks: outside, run: killed(({ broker }) => broker) },
  { name: 'the broker stopped', lacks: outside, run: stopped(({ broker }) => broker) },
  { name: 'Redis killed', lacks: outside, run: killed(({ cache }) => cache) },
  { name: 'Redis stopped', lacks: outside, run: stopped(({ cache }) => cache) },
  ...(['devices', 'web', 'database', 'broker', 'cache'] as const).flatMap((way) => {
    const lacks = way === 'devices' || way === 'web' ? always : outside
    return [
      { name: `connections ${ONE[way]} cut`, lacks, run: cut(way) },
      { name: `connections ${ONE[way]} half-open`, lacks, run: halfOpen(way) },
      { name: `connections ${ONE[way]} slow`, lacks, run: slow(way, way === 'database' ? 40 : 250) },
    ]
  }),
  {
    name: 'the disk of the database full',
    lacks: ({ fillDisk }) =>
      fillDisk === null ? 'the database has no small disk of its own: that takes root, Linux and mount' : null,
    run: async (world, random, { pace }) => {
      const free = world.fillDisk?.()
      await pause(random.between(4_000, 8_000) * pace)
      // a disk that is not full would prove nothing
      const wrote = await world.query('create table chaos_probe as select generate_series(1, 1000000)').then(
        () => true,
        () => false,
      )
      free?.()
      if (wrote) throw new Error('the disk was to be full, and is not')
    },
  },
  {
    name: 'the clock of a server jumps',
    lacks: always,
    run: async ({ servers }, random, { pace }) => {
      const server = servers[Math.floor(random.next() * servers.length)]
      server?.setClock(random.between(-120_000, 120_000))
      await pause(3_000 * pace)
      server?.setClock(0)
    },
  },
  {
    name: 'clocks of devices jump',
    lacks: always,
    run: async ({ fleet }, random, { pace }) => {
      // back by up to two hours, ahead by what is still believed, and by more than that
      for (const [device, ms] of [
        random.between(-7_200_000, 0),
        random.between(0, 240_000),
        random.between(360_000, 86_400_000),
      ].entries())
        fleet.jump(device, Math.round(ms))
      await pause(3_000 * pace)
      for (const device of [0, 1, 2]) fleet.jump(device, 0)
    },
  },
  {
    name: 'devices start anew',
    lacks: always,
    run: async ({ fleet }, random, { pace }) => {
      for (let times = 3; times > 0; times--) {
        for (const device of fleet.devices.keys()) if (random.next() < 0.7) fleet.restart(device)
        await pause(random.between(500, 2_000) * pace)
      }
    },
  },
  { name: 'the broker killed while devices rest', lacks: outside, run: forgotten },
  { name: 'many devices at once', lacks: always, run: storm },
]
