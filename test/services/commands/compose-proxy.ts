import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { basename, join } from 'node:path'
import { inject } from 'vitest'
import { NEEDED, readCompose } from '../../integration/commands/compose.ts'
import { type OwnService, startService } from '../../setup/host.ts'
import { freePort } from '../../setup/process.ts'

export type ComposeProxy = OwnService & {
  httpsPort: number
  mqttsPort: number
  /** what it answers to its own health check */
  healthy(): Promise<boolean>
  /** its certificate, which it makes itself at its first start; PEM */
  certificate(): string
  ask(method: string, path: string, headers?: Record<string, string>, body?: unknown): Promise<Answer>
}
export type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: string }

/** The proxy of docker-compose.yml in front of two servers and a broker of this machine: all but its addresses and `maxconn` is as there. */
export const startComposeProxy = async (servers: readonly [number, number], broker: number): Promise<ComposeProxy> => {
  const { host } = inject('services')
  if (host?.kind !== 'folder') throw new Error('there is no way to start HAProxy here')
  const { configs, services } = readCompose(NEEDED)
  const [mqttsPort, healthPort] = [await freePort(), await freePort()]
  let pem = ''
  let httpsPort = 0
  const service = await startService(host, {
    image: 'zaitu-proxy',
    user: 'haproxy:haproxy',
    prepare: ({ folder, port, address }, outside, run) => {
      chmodSync(outside, 0o755)
      httpsPort = port
      pem = join(outside, 'certificates/zaitu.pem')
      for (const { source, target } of services.proxy?.configs ?? [])
        writeFileSync(
          join(outside, basename(target)),
          (configs[source]?.content ?? '')
            .replaceAll(/\/(tmp|certificates)\//g, (_, name) => (name === 'tmp' ? `${folder}/` : `${folder}/${name}/`))
            .replace('/zaitu/haproxy.cfg', `${folder}/haproxy.cfg`)
            // as many files as nobody has to be root for
            .replace('maxconn 30000', 'maxconn 500')
            .replaceAll('server-1:3000', `${address}:${servers[0]}`)
            .replaceAll('server-2:3000', `${address}:${servers[1]}`)
            .replace('mosquitto:1883', `${address}:${broker}`)
            .replace('bind :8443', `bind ${address}:${port}`)
            .replace('bind :8883', `bind ${address}:${mqttsPort}`)
            .replace('127.0.0.1:8405', `${address}:${healthPort}`),
        )
      run(['mkdir', '-m', '700', `${folder}/certificates`, `${folder}/bin`])
      // the image is an Alpine: the shell is busybox's there
      run(['/bin/busybox', '--install', '-s', `${folder}/bin`])
    },
    command: ({ folder }) => [
      'env', 'PUBLIC_NAME=zaitu.example', `PATH=${folder}/bin:/usr/sbin:/usr/bin`, 'sh', `${folder}/start-proxy.sh`,
    ], // biome-ignore format: one line
  })
  const certificate = (): string => readFileSync(pem, 'utf8').split('-----BEGIN PRIVATE')[0] ?? ''
  return {
    ...service,
    httpsPort,
    mqttsPort,
    certificate,
    healthy: async () => (await fetch(`http://127.0.0.1:${healthPort}/healthy`)).ok,
    ask: (method, path, headers = {}, body) =>
      new Promise((resolve, reject) => {
        const about = body === undefined ? {} : { 'content-type': 'application/json' }
        const sent = request(
          { host: 'localhost', port: httpsPort, ca: certificate(), agent: false, method, path, headers: { ...about, ...headers } },
          (answer) => {
            let text = ''
            answer.on('data', (bytes: Buffer) => {
              text += bytes
            })
            answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }))
          },
        ) // biome-ignore format: the request and its answer
        sent.once('error', reject)
        sent.end(body === undefined ? undefined : JSON.stringify(body))
      }),
  }
}
