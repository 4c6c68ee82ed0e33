/** Node-RED as people use it for this: MQTT in, and a function that inserts through `pg`. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../setup/process.ts'

/** The newest that runs on Node 20; what people have. */
const PACKAGES = ['node-red@4.1.1', 'pg@8.23.1']
/** outside of the project, of which it is no dependency */
const FOLDER = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'zaitu-bench', PACKAGES[0] ?? '')

/** A folder with Node-RED in it, installed from npm at the first time. Throws a sentence where that can't be had. */
export const nodeRedFolder = async (): Promise<string> => {
  if (existsSync(join(FOLDER, 'installed'))) return FOLDER
  console.log(`  installing ${PACKAGES.join(' and ')} in ${FOLDER} …`)
  await mkdir(FOLDER, { recursive: true })
  await writeFile(join(FOLDER, 'package.json'), '{"name":"bench-node-red","private":true}')
  const flags = ['install', '--save', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  const npm = spawn('npm', [...flags, ...PACKAGES], {
    cwd: FOLDER,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
    timeout: 300_000,
  })
  const [code] = await once(npm, 'exit')
  if (code !== 0) throw new Error('npm could not install Node-RED')
  await writeFile(join(FOLDER, 'installed'), '')
  return FOLDER
}

/** Ten connections, `pg`'s default, and a prepared statement: as good as a function node does it. */
const flow = (mqttPort: number, databaseUrl: string) => [
  { id: 'tab', type: 'tab', label: 'readings' },
  {
    id: 'broker', type: 'mqtt-broker', name: '', broker: '127.0.0.1', port: String(mqttPort), clientid: `node-red-${mqttPort}-${new URL(databaseUrl).pathname.slice(1)}`,
    autoConnect: true, usetls: false, protocolVersion: '4', keepalive: '60',
    // what comes while it is away waits for it at the broker
    cleansession: false,
  },
  {
    id: 'in', type: 'mqtt in', z: 'tab', x: 100, y: 100, name: '', topic: 'zaitu/v1/devices/+/telemetry', qos: '1', datatype: 'json',
    broker: 'broker', nl: false, rap: true, rh: 0, inputs: 0, wires: [['insert']],
  },
  {
    id: 'insert', type: 'function', z: 'tab', x: 300, y: 100, name: 'insert', outputs: 0, timeout: 0, noerr: 0, wires: [],
    libs: [{ var: 'pg', module: 'pg' }],
    initialize: `context.set('pool', new pg.Pool({ connectionString: ${JSON.stringify(databaseUrl)} }))`,
    finalize: `context.get('pool').end()`,
    func: `const { time, seq, temperature, pressure } = msg.payload
await context.get('pool').query({
  name: 'insert',
  text: 'insert into readings (device, time, seq, temperature, pressure) values ($1, to_timestamp($2::float8 / 1000), $3, $4, $5) on conflict do nothing',
  values: [msg.topic.split('/')[3], time, seq, temperature, pressure],
})`,
  },
] // biome-ignore format: a flow as Node-RED exports it, a node a paragraph

export type NodeRed = { kill(): Promise<void>; stop(): Promise<void> }

/** Starts it in `folder`, on its own port for the editor, which nobody opens. It may not have subscribed yet. */
export const startNodeRed = async (folder: string, mqttPort: number, databaseUrl: string): Promise<NodeRed> => {
  const editor = await freePort()
  const settings = {
    uiHost: '127.0.0.1',
    uiPort: editor,
    flowFile: 'flows.json',
    credentialSecret: false,
    functionExternalModules: true,
    telemetry: { enabled: false, updateNotification: false },
    logging: { console: { level: 'error', metrics: false, audit: false } },
  }
  await writeFile(join(folder, 'settings.js'), `module.exports = ${JSON.stringify(settings)}`)
  await writeFile(join(folder, 'flows.json'), JSON.stringify(flow(mqttPort, databaseUrl)))
  const child: ChildProcess = spawn(
    process.execPath,
    [join(folder, 'node_modules/node-red/red.js'), '--userDir', folder, '--settings', join(folder, 'settings.js')],
    { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
  return { kill: () => end('SIGKILL'), stop: () => end('SIGTERM') }
}
