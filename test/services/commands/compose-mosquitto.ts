import { chmodSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { inject } from 'vitest'
import { NEEDED, readCompose } from '../../integration/commands/compose.ts'
import { type OwnService, startService } from '../../setup/host.ts'
import { pluginOf } from '../../setup/mosquitto.ts'
import { freePort } from '../../setup/process.ts'

/** The service's own account at the broker, and the port that it comes in by. */
export type ComposeMosquitto = OwnService & { innerPort: number; nextPassword(password: string): void }
export const serverAccount = { username: 'zaitu', password: NEEDED.MQTT_PASSWORD }

/** Mosquitto as docker-compose.yml starts it, but for its folders and ports; nobody is there but the server. */
export const startComposeMosquitto = async (): Promise<ComposeMosquitto> => {
  const { host } = inject('services')
  if (host === null) throw new Error('there is no way to start a Mosquitto here')
  const { configs, services } = readCompose(NEEDED)
  const innerPort = await freePort()
  let passwordFile = ''
  const service = await startService(host, {
    image: services.mosquitto?.image ?? '',
    user: 'root:root', // as in the image: it gives up its rights once it listens
    prepare: ({ folder, port, address }, outside, run) => {
      chmodSync(outside, 0o755)
      passwordFile = join(outside, 'mqtt-password')
      writeFileSync(passwordFile, NEEDED.MQTT_PASSWORD)
      for (const { source, target } of services.mosquitto?.configs ?? [])
        writeFileSync(
          join(outside, basename(target)),
          (configs[source]?.content ?? '')
            .replaceAll(/\/(tmp|zaitu|run\/secrets)\//g, `${folder}/`)
            .replace('/usr/lib/mosquitto_dynamic_security.so', pluginOf(host))
            .replaceAll(/\/mosquitto\/(data|accounts)/g, `${folder}/$1`)
            .replace('listener 1883', `listener ${port} ${address}`)
            .replace('listener 1884', `listener ${innerPort} ${address}`),
        )
      run(['mkdir', '-m', '700', `${folder}/data`, `${folder}/accounts`, `${folder}/bin`])
      // the image is an Alpine: shell, awk and the rest are busybox's there
      run(['/bin/busybox', '--install', '-s', `${folder}/bin`])
    },
    command: ({ folder }) => ['env', `PATH=${folder}/bin:/usr/sbin:/usr/bin`, 'sh', `${folder}/start-mosquitto.sh`],
  })
  return { ...service, innerPort, nextPassword: (password) => writeFileSync(passwordFile, password) }
}
