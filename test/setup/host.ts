import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, type Running, signalAll, startProcess } from './process.ts'
import { hold, temporaryFolder } from './reap.ts'

/** Where real services can be run: a Debian folder by chroot, or containers. */
export type Host = { kind: 'folder'; root: string } | { kind: 'containers' }

/** A service of a test's own: its port and its data stay the same through `kill` and `restart`. */
export type OwnService = {
  port: number
  /** as pulling the plug */
  kill(): Promise<void>
  restart(): Promise<void>
  /** as if the machine stood still, until `resume` */
  pause(): void
  resume(): void
  stop(): Promise<void>
}

/** What a program has to know of where it runs. */
export type Place = { folder: string; port: number; address: string }
export type Program = {
  image: string
  /** the account it runs under, in a Debian folder; its own folder belongs to that account */
  user: string
  /** makes ready what it needs in `outside`, its own folder as seen from here */
  prepare(place: Place, outside: string, run: (command: readonly string[]) => void): void
  command(place: Place): readonly string[]
  ready?(port: number): Promise<boolean>
}

const INSIDE = '/zaitu'

const must = (command: readonly [string, ...string[]]): string => {
  const [program, ...args] = command
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 120_000 })
  if (status !== 0) throw new Error(`${command.join(' ')} failed: ${error?.message ?? stderr}`)
  return stdout.trim()
}

const inFolder = async (root: string, program: Program) => {
  const own = temporaryFolder(join(root, 'tmp'))
  const enter = ['chroot', `--userspec=${program.user}`, root] as const
  const [uid, gid] = [must([...enter, 'id', '-u']), must([...enter, 'id', '-g'])].map(Number)
  chownSync(own.path, uid ?? 0, gid ?? 0)
  chmodSync(own.path, 0o700)
  const place: Place = { folder: own.path.slice(root.length), port: await freePort(), address: '127.0.0.1' }
  program.prepare(place, own.path, (command) => must([...enter, ...command]))
  const start = () => startProcess([...enter, ...program.command(place)], place.port, ready(program, place))
  return {
    own,
    place,
    start,
    end: (running: Running, signal: NodeJS.Signals) => running.end(signal),
    signal: ({ child }: Running, signal: 'SIGSTOP' | 'SIGCONT') => signalAll(child.pid ?? 0, signal),
    remove: () => {},
  }
}

const inContainer = async (program: Program) => {
  const own = temporaryFolder(tmpdir())
  chmodSync(own.path, 0o777)
  const place: Place = { folder: INSIDE, port: await freePort(), address: '0.0.0.0' }
  const volume = ['--volume', `${own.path}:${INSIDE}`]
  program.prepare(place, own.path, (command) => must(['docker', 'run', '--rm', ...volume, program.image, ...command]))
  const name = `zaitu-test-${randomBytes(6).toString('hex')}`
  const release = hold({ kind: 'container', name })
  const publish = ['--publish', `127.0.0.1:${place.port}:${place.port}`]
  must(['docker', 'create', '--name', name, ...volume, ...publish, program.image, ...program.command(place)])
  return {
    own,
    place,
    start: () => startProcess(['docker', 'start', '--attach', name], place.port, ready(program, place)),
    end: async (running: Running, signal: NodeJS.Signals) => {
      spawnSync('docker', ['kill', `--signal=${signal}`, name])
      must(['docker', 'wait', name])
      await running.end('SIGTERM')
    },
    signal: (_running: Running, signal: 'SIGSTOP' | 'SIGCONT') => {
      must(['docker', signal === 'SIGSTOP' ? 'pause' : 'unpause', name])
    },
    remove: () => {
      must(['docker', 'rm', '--force', '--volumes', name])
      release()
    },
  }
}

const ready =
  (program: Program, { port }: Place) =>
  () =>
    program.ready?.(port) ?? Promise.resolve(true)

/** Starts a service on a free port of 127.0.0.1, with its data in a folder of its own. `stopSignal` ends it orderly. */
export const startService = async (
  host: Host,
  program: Program,
  stopSignal: NodeJS.Signals = 'SIGTERM',
): Promise<OwnService> => {
  const { own, place, start, end, signal, remove } = await (host.kind === 'folder'
    ? inFolder(host.root, program)
    : inContainer(program))
  let running = await start()
  return {
    port: place.port,
    kill: () => end(running, 'SIGKILL'),
    pause: () => signal(running, 'SIGSTOP'),
    resume: () => signal(running, 'SIGCONT'),
    restart: async () => {
      await end(running, stopSignal)
      running = await start()
    },
    stop: async () => {
      await end(running, stopSignal)
      remove()
      own.remove()
    },
  }
}
