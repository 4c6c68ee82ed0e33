import { createEmbeddedBroker } from '../../../server/broker/embedded.ts'
import { describeSource } from './contract.ts'
import { createProxy } from './proxy.ts'

const DEVICES = ['d1', 'd2']

describeSource('embedded broker', async (log) => {
  const source = createEmbeddedBroker({
    host: '127.0.0.1',
    port: 0,
    log,
    authenticate: async (id, secret) =>
      DEVICES.includes(id) && secret === `secret-${id}`
        ? { ok: true }
        : { ok: false, reason: 'unknown device or secret' },
  })
  const proxy = await createProxy(() => source.port())
  return { source, port: proxy.port, cut: proxy.cut, close: proxy.close }
})
