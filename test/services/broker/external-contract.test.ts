import { afterAll, beforeAll, describe } from 'vitest'
import { createExternalBroker } from '../../../server/broker/external.ts'
import { describeSource } from '../../integration/broker/contract.ts'
import { createProxy } from '../../integration/broker/proxy.ts'
import { hasMosquitto, type Mosquitto, startMosquitto } from './mosquitto.ts'

describe.skipIf(!hasMosquitto)('with a real Mosquitto', () => {
  let mosquitto: Mosquitto
  beforeAll(async () => {
    mosquitto = await startMosquitto(['d1', 'd2'])
  })
  afterAll(() => mosquitto?.stop())

  let session = 0
  describeSource('client of an external broker', async (log) => {
    const proxy = await createProxy(() => mosquitto.port)
    const { username, password, port } = mosquitto
    session += 1
    const source = createExternalBroker({
      url: `mqtt://127.0.0.1:${proxy.port}`,
      username,
      password,
      clientId: `test-${session}`,
      sessionExpirySeconds: 0xffffffff,
      log,
    })
    return { source, port, cut: proxy.cut, close: proxy.close }
  })
})
