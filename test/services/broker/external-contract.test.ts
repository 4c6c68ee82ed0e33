import { describe } from 'vitest'
import { createExternalBroker } from '../../../server/broker/external.ts'
import { describeSource } from '../../integration/broker/contract.ts'
import { createProxy } from '../../integration/broker/proxy.ts'
import { hasMosquitto, startMosquitto } from './mosquitto.ts'

describe.skipIf(!hasMosquitto)('with a real Mosquitto', () => {
  // a broker for each test: a member of a shared subscription that is gone keeps getting its share (mosquitto 2662)
  describeSource('client of an external broker', async (log) => {
    const mosquitto = await startMosquitto(['d1', 'd2'])
    const proxy = await createProxy(() => mosquitto.port)
    const { username, password, port } = mosquitto
    const source = createExternalBroker({
      url: `mqtt://127.0.0.1:${proxy.port}`,
      username,
      password,
      clientId: 'server',
      log,
    })
    const close = async () => {
      await proxy.close()
      await mosquitto.stop()
    }
    return { source, port, cut: proxy.cut, close }
  })
})
