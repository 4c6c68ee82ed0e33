import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { Notes } from './figures.ts'
import { install, percentile, publish, type Server, signIn, startServer } from './rig.ts'

type Clients = {
  connected: number
  p50: number
  p99: number
  worst: number
  /** the server's memory, the last fifth of the second half against its first fifth */
  memoryGrowth: number
  memoryMegabytes: number
  /** of one core */
  cpu: number
}

/** Many who watch one fleet; `seconds` is how long, 600 for the ten minutes that memory must stay flat. */
export const noteClients = async (
  { note, least, most }: Notes,
  databaseServer: string,
  { quick, seconds = quick ? 10 : 100 }: { quick: boolean; seconds?: number | undefined },
): Promise<void> => {
  const [clients, shipments] = quick ? [100, 100] : [1_000, 1_000]
  const result = await measureClients(databaseServer, { clients, shipments, seconds })
  note(`${clients} WebSocket clients on ${shipments} shipments at 1 Hz, embedded, ${seconds} s, connected`, result.connected, '', least(clients)) // biome-ignore format: one line
  note('… a reading is as old when it reaches a client, p50', result.p50, 'ms')
  note('… p99', result.p99, 'ms', most(1_000))
  note('… worst', result.worst, 'ms', most(1_000))
  note('… memory of the server, end against middle', result.memoryGrowth, '', most(1.2))
  note('… memory of the server at the end', result.memoryMegabytes, 'MB')
  note('… cores that the server is busy with', result.cpu, '', most(1))
}

/** As many as one session may have at once. */
const PER_SESSION = 20

/**
 * `clients` WebSockets on `shipments` shipments that each send once a second. How old a reading is when it reaches a
 * client, ms, over all clients and readings of the second half, and what that half cost the server.
 */
const measureClients = async (
  databaseServer: string,
  { clients, shipments, seconds }: { clients: number; shipments: number; seconds: number },
): Promise<Clients> => {
  const installation = await install(databaseServer, shipments)
  const server = await startServer(installation.url, null)
  const ages: number[] = []
  let counting = false
  const sockets: WebSocket[] = []
  let cookie = server.cookie
  for (let i = 0; i < clients; i++) {
    if (i > 0 && i % PER_SESSION === 0) cookie = await signIn(server.origin)
    const ws = new WebSocket(`${server.origin.replace('http', 'ws')}/api/v1/live`, {
      headers: { cookie },
      perMessageDeflate: false,
    })
    ws.on('message', (data: Buffer) => {
      if (!counting || data.length < 30 || data.subarray(0, 18).toString() !== '{"type":"readings"') return
      // the last item of a frame: looking at each of a thousand in each of a thousand clients would measure ourselves
      const text = data.toString('latin1')
      const at = text.lastIndexOf('"receivedAt":"')
      ages.push(Date.now() - Date.parse(text.slice(at + 14, at + 38)))
    })
    await new Promise((resolve, reject) => {
      ws.once('open', resolve)
      ws.once('error', reject)
    })
    ws.send('{"type":"subscribe","topic":"fleet"}')
    sockets.push(ws)
  }
  const publishing = publish({ port: server.mqttPort, devices: installation.accounts, rate: shipments })
  await publishing.connected
  const half = (seconds / 2) * 1_000
  await sleep(half)
  const cpuBefore = await server.cpuSeconds()
  counting = true
  const memory = await sampled(server, half)
  counting = false
  const cpu = ((await server.cpuSeconds()) - cpuBefore) / (half / 1_000)
  const connected = sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length
  publishing.stop()
  for (const ws of sockets) ws.terminate()
  await server.stop()
  await installation.drop()
  // of a fifth the median, since a collection comes when it likes
  const fifth = Math.max(1, Math.floor(memory.length / 5))
  const [early, late] = [percentile(memory.slice(0, fifth), 0.5), percentile(memory.slice(-fifth), 0.5)]
  return {
    connected,
    p50: percentile(ages, 0.5),
    p99: percentile(ages, 0.99),
    worst: ages.reduce((longest, age) => Math.max(longest, age), 0),
    memoryGrowth: late / early,
    memoryMegabytes: late / 1e6,
    cpu,
  }
}

/** The server's memory, 25 times over `ms`. */
const sampled = async (server: Server, ms: number): Promise<number[]> => {
  const found: number[] = []
  const began = performance.now()
  for (let i = 1; i <= 25; i++) {
    await sleep(Math.max(0, began + (ms * i) / 25 - performance.now()))
    found.push(await server.memory())
  }
  return found
}
