import { WebSocket } from 'ws'
import { install, percentile, publish, startServer } from './rig.ts'

export type ClientsResult = { connected: number; p50: number; p99: number; worst: number; memoryGrowth: number }

/**
 * Many who watch one fleet: `clients` WebSockets on `shipments` shipments that each send once a second. How old a reading
 * is when it reaches a client, ms, over all clients and readings of the second half; and what the server's memory did
 * between the middle and the end, as a ratio.
 */
export const measureClients = async (
  databaseServer: string,
  { clients, shipments, seconds }: { clients: number; shipments: number; seconds: number },
): Promise<ClientsResult> => {
  const installation = await install(databaseServer, shipments)
  const server = await startServer(installation.url, null)
  const ages: number[] = []
  let counting = false
  const sockets: WebSocket[] = []
  for (let i = 0; i < clients; i++) {
    const ws = new WebSocket(`${server.origin.replace('http', 'ws')}/api/v1/live`, {
      headers: { cookie: server.cookie },
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
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  await wait((seconds / 2) * 1_000)
  const before = await server.memory()
  counting = true
  await wait((seconds / 2) * 1_000)
  counting = false
  const after = await server.memory()
  const connected = sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length
  publishing.stop()
  for (const ws of sockets) ws.terminate()
  await server.stop()
  await installation.drop()
  return {
    connected,
    p50: percentile(ages, 0.5),
    p99: percentile(ages, 0.99),
    worst: ages.reduce((most, age) => Math.max(most, age), 0),
    memoryGrowth: after / before,
  }
}
