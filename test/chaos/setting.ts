import type { Account } from './fleet.ts'

export const EMAIL = 'desk@buyer.example'
export const PASSWORD = 'a long enough one'
/** °C, of every shipment */
export const LIMIT = 30

export type Setting = {
  cookie: string
  csrfToken: string
  /** of devices, each lent to a shipment */
  accounts: Account[]
  /** of a device that sends what nobody can read */
  poisoner: Account
  orderId: string
}

/** An organisation as it works: devices on shipments with a limit, a webhook told of every alarm, an order. */
export const makeSetting = async (base: string, hook: string, devices: number): Promise<Setting> => {
  const signedIn = await fetch(`${base}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
  })
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
  const { csrfToken } = (await signedIn.json()) as { csrfToken: string }
  const post = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${base}${path}`, {
      method: 'POST',
      headers: { cookie, 'x-csrf-token': csrfToken, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const said = (await answer.json()) as Record<string, unknown>
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(said)}`)
    return said
  }
  const channel = await post('/channels', {
    kind: 'webhook', name: 'chaos', language: 'en', perMinute: 600, url: hook,
  }) // biome-ignore format: a channel
  await post('/notification-rules', {
    channelId: channel.id,
    kinds: ['alarm-raised', 'alarm-found-late', 'alarm-cleared', 'forecast-late', 'stage-overdue'],
    priorities: ['critical', 'high', 'medium', 'low'],
  })
  const from = new Date(Date.now() - 20 * 86_400_000).toISOString()
  const lend = async (id: string): Promise<Account> => {
    const { secret } = await post('/devices', { id, intervalSeconds: 1, pressureReference: 'absolute' })
    const shipment = await post('/shipments', {
      reference: `S-${id}`,
      substance: { cas: '67-56-1' },
      origin: { name: 'Shanghai', lat: 31.2, lon: 121.5 },
      destination: { name: 'Chengdu', lat: 30.6, lon: 104.1 },
      departAt: from,
      eta: new Date(Date.now() + 86_400_000).toISOString(),
      limits: { temperature: { high: LIMIT } },
    })
    await post(`/shipments/${shipment.id}/assignments`, { deviceId: id, from })
    return { id, secret: String(secret) }
  }
  const accounts: Account[] = []
  for (let i = 1; i <= devices; i++) accounts.push(await lend(`tank-${i}`))
  const poisoner = await lend('poisoner')
  const supplier = await post('/organisations', { name: 'Linhai', kind: 'supplier' })
  const needBy = new Date(Date.now() + 30 * 86_400_000).toISOString()
  const order = await post('/orders', {
    number: 'PO-1',
    supplierId: supplier.id,
    lines: [{ line: '10', substance: { cas: '67-56-1' }, quantity: 20, unit: 't', needBy }],
  })
  return { cookie, csrfToken, accounts, poisoner, orderId: String(order.id) }
}
