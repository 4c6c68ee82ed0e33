import { describe } from 'vitest'
import { describeAccess } from '../../integration/broker/access-contract.ts'
import { startRunning } from '../../integration/service/running.ts'
import { startOwnMosquitto } from '../../setup/services.ts'
import { hasMosquitto } from './mosquitto.ts'

const admin = { username: 'zaitu', password: 'server-secret' }

describe.skipIf(!hasMosquitto)('with a real Mosquitto and its dynamic-security plugin', () => {
  describeAccess('Mosquitto', async () => {
    const mosquitto = await startOwnMosquitto({ admin })
    const running = await startRunning({
      MQTT_URL: mosquitto.url,
      MQTT_USERNAME: admin.username,
      MQTT_PASSWORD: admin.password,
      MQTT_DYNAMIC_SECURITY: 'true',
    })
    const close = async () => {
      await running.close()
      await mosquitto.stop()
    }
    return { running, overlap: false, close }
  })
})
