import { expect, it } from 'vitest'
import { startRunning } from '../../integration/service/running.ts'
import { connectShare, openShare } from '../../integration/service/shares.ts'
import { freshDatabase } from '../../setup/database.ts'
import { has, startOwnValkey } from '../../setup/services.ts'

it.skipIf(!has.own)('a link withdrawn at one server ends at once who looks by it at another', async () => {
  const valkey = await startOwnValkey()
  const database = await freshDatabase()
  // each by a name of its own: a second one of the same name takes the place of the first
  const first = await startRunning({ REDIS_URL: valkey.url, MQTT_CLIENT_ID: 'one' }, { database })
  const second = await startRunning(
    { REDIS_URL: valkey.url, MQTT_CLIENT_ID: 'two' },
    { database: { ...database, drop: async () => undefined } },
  )
  try {
    const { shipmentId } = await first.lend('tank-1')
    const { id, cookie } = await openShare(first, shipmentId)
    const holder = await connectShare(second, cookie)
    const other = await connectShare(second, (await openShare(first, shipmentId)).cookie)
    const at = Date.now()
    expect((await first.ask('DELETE', `/share-links/${id}`)).status).toBe(204)
    expect(await holder.closed).toBe(1008)
    expect(Date.now() - at).toBeLessThan(3_000)
    expect(other.ws.readyState).toBe(other.ws.OPEN)
    other.ws.terminate()
  } finally {
    await second.close()
    await first.close()
    await valkey.stop()
  }
})
