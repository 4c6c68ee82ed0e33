import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { hold } from './reap.ts'

/** A port of 127.0.0.1 that nobody listened on just now. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })

/** A signal to a process and all that it has begun, wherever they have gone: a stopped postmaster stops none of its sessions. */
export const signalAll = (pid: number, signal: NodeJS.Signals): void => {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const parent = Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'latin1'))?.[1])
      children.set(parent, [...(children.get(parent) ?? []), Number(name)])
    } catch {
      // it has just ended
    }
  }
  const reach = (each: number): void => {
    try {
      process.kill(each, signal)
    } catch {
      // it has just ended
    }
    for (const child of children.get(each) ?? []) reach(child)
  }
  reach(pid)
}

export type Running = {
  child: ChildProcess
  /** resolves when the process is gone */
  end(signal: NodeJS.Signals): Promise<void>
}

/**
 * Starts a program and waits until it listens on `port` and, where given, `ready` says so too. It lives in a session of
 * its own, so that Ctrl-C reaches the tests and not what they stand on. Throws with what it wrote when it does not start.
 */
export const startProcess = async (
  command: readonly [string, ...string[]],
  port: number,
  ready: () => Promise<boolean> = async () => true,
): Promise<Running> => {
  const [program, ...args] = command
  const child = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => {
      said = (said + bytes).slice(-4_000)
    })
  }
  const failed = new Promise<never>((_, reject) => child.once('error', reject))
  failed.catch(() => {})
  const release = child.pid === undefined ? () => {} : hold({ kind: 'process', pid: child.pid })
  child.once('exit', release)
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
  const up = async (): Promise<void> => {
    for (let until = Date.now() + 90_000; !((await accepts(port)) && (await ready())); ) {
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > until) {
        await end('SIGKILL')
        throw new Error(`${command.join(' ')} did not start:\n${said}`)
      }
      await delay(20)
    }
  }
  await Promise.race([up(), failed])
  return { child, end }
}
