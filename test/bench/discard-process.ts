/** A subscriber that discards everything: what broker, publisher and an MQTT client alone can do on this machine. */
import mqtt from 'mqtt'

const [url = '', count = '0', warm = '0'] = process.argv.slice(2)
const client = await mqtt.connectAsync(url, {
  protocolVersion: 5,
  clientId: 'bench-discard',
  clean: true,
  properties: { receiveMaximum: 8_192 },
})
let received = 0
client.handleMessage = (_packet, callback) => {
  received++
  if (received === Number(warm)) process.send?.('warm')
  if (received === Number(count)) process.send?.('done')
  callback()
}
await client.subscribeAsync('zaitu/v1/devices/+/telemetry', { qos: 1 })
process.send?.('ready')
process.once('disconnect', () => void client.endAsync(true))
