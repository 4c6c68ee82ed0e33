/** The embedded broker, sign-in and topics judged as they are, that acknowledges and discards: no decoding and no database. */
import { createEmbeddedBroker } from '../../server/broker/embedded.ts'

const [count = '0', warm = '0'] = process.argv.slice(2)
const say = () => undefined
const broker = createEmbeddedBroker({
  host: '127.0.0.1',
  port: 0,
  log: { debug: say, info: say, warn: say, error: say },
  authenticate: async () => ({ ok: true }),
})
let received = 0
await broker.start((message) => {
  received++
  if (received === Number(warm)) process.send?.('warm')
  if (received === Number(count)) process.send?.('done')
  message.acknowledge()
})
process.send?.(broker.port())
process.once('disconnect', () => void broker.close())
