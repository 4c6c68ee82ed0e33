/**
 * A real Mosquitto for one test file, on a free port and with its data in a folder of its own.
 * To be replaced by `test/setup/services.ts`; what is used of it is `startMosquitto` and `Mosquitto`.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const ROOT_FOLDER = process.env.TEST_SERVICES_ROOT ?? '/tmp/trixie'
export const hasMosquitto = existsSync(join(ROOT_FOLDER, 'usr/sbin/mosquitto')) && process.getuid?.() === 0

export type Mosquitto = {
  port: number
  /** the server's own account */
  url: string
  username: string
  password: string
  /** as pulling the plug */
  kill(): Promise<void>
  /** starts again on the same port with the same data */
  restart(): Promise<void>
  stop(): Promise<void>
}

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

const reachable = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

/** `devices` may publish as design.md says, with the password `secret-{id}`. Settings as in docker-compose.yml. */
export const startMosquitto = async (devices: string[], extra: string[] = []): Promise<Mosquitto> => {
  mkdirSync(join(ROOT_FOLDER, 'tmp'), { recursive: true })
  const folder = mkdtempSync(join(ROOT_FOLDER, 'tmp', 'zaitu-mosquitto-'))
  const inside = folder.slice(ROOT_FOLDER.length)
  const port = await freePort()
  const [username, password] = ['zaitu', 'server-secret']
  writeFileSync(
    join(folder, 'passwords'),
    [`${username}:${password}`, ...devices.map((id) => `${id}:secret-${id}`), ''].join('\n'),
    { mode: 0o600 },
  )
  const hashed = spawnSync('chroot', [ROOT_FOLDER, 'mosquitto_passwd', '-U', `${inside}/passwords`])
  if (hashed.status !== 0) throw new Error(`mosquitto_passwd: ${hashed.stderr}`)
  writeFileSync(
    join(folder, 'acl'),
    `user ${username}
topic readwrite zaitu/v1/#
pattern write zaitu/v1/devices/%u/telemetry
pattern write zaitu/v1/devices/%u/status
pattern read zaitu/v1/devices/%u/committed
pattern read zaitu/v1/devices/%u/resend
`,
    { mode: 0o600 },
  )
  const settings = new Map(
    [
      'max_inflight_messages 20000',
      'max_queued_messages 1000000',
      'max_packet_size 1048576',
      'persistence true',
      'autosave_interval 1',
      ...extra,
    ].map((line) => [line.split(' ')[0], line]),
  )
  writeFileSync(
    join(folder, 'mosquitto.conf'),
    [
      `listener ${port} 127.0.0.1`,
      'user root',
      'allow_anonymous false',
      `password_file ${inside}/passwords`,
      `acl_file ${inside}/acl`,
      `persistence_location ${inside}/`,
      'log_dest stderr',
      ...settings.values(),
      '',
    ].join('\n'),
  )
  let child: ChildProcess
  const start = async () => {
    child = spawn('chroot', [ROOT_FOLDER, 'mosquitto', '-c', `${inside}/mosquitto.conf`], { stdio: 'ignore' })
    for (let tries = 0; !(await reachable(port)); tries += 1) {
      if (child.exitCode !== null || tries > 500) throw new Error('Mosquitto did not start')
      await delay(10)
    }
  }
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }
  await start()
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    username,
    password,
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGTERM')
      await start()
    },
    stop: async () => {
      await end('SIGTERM')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
