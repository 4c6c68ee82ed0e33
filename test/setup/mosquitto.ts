import { chmodSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Host, type OwnService, startService } from './host.ts'

export type Mosquitto = OwnService & { url: string }
export type MosquittoOptions = {
  /** name → password; without it anybody may do anything */
  accounts?: Record<string, string>
  /** lines of Mosquitto's acl_file */
  access?: readonly string[]
  /** the dynamic-security plugin with this admin, and nobody else, in place of `accounts` and `access` */
  admin?: { username: string; password: string }
  /** further lines of mosquitto.conf, or other values for what is set here */
  settings?: readonly string[]
}

/** Nothing is dropped and nothing is held back (0: no limit); what is queued survives an orderly end. */
const SETTINGS = [
  'max_inflight_messages 0',
  'max_queued_messages 0',
  'max_packet_size 1048576',
  'persistence true',
  'autosave_interval 1',
]

/** Where Debian and the container image keep the plugin. */
export const pluginOf = (host: Host): string => {
  if (host.kind === 'containers') return '/usr/lib/mosquitto_dynamic_security.so'
  const libraries = readdirSync(join(host.root, 'usr/lib')).find((name) => name.endsWith('-linux-gnu'))
  return `/usr/lib/${libraries}/mosquitto_dynamic_security.so`
}

/** A real Mosquitto 2, on a free port. */
export const startMosquitto = async (
  host: Host,
  { accounts, access, admin, settings = [] }: MosquittoOptions = {},
): Promise<Mosquitto> => {
  const service = await startService(host, {
    image: 'eclipse-mosquitto:2',
    user: 'mosquitto:mosquitto',
    prepare: ({ folder, port, address }, outside, run) => {
      const write = (name: string, lines: readonly string[]): void => {
        writeFileSync(join(outside, name), `${lines.join('\n')}\n`)
        chmodSync(join(outside, name), 0o666)
      }
      const bySetting = new Map([...SETTINGS, ...settings].map((line) => [line.split(' ')[0], line]))
      write('mosquitto.conf', [
        `listener ${port} ${address}`,
        `allow_anonymous ${accounts === undefined && admin === undefined}`,
        ...(accounts === undefined ? [] : [`password_file ${folder}/passwords`]),
        ...(access === undefined ? [] : [`acl_file ${folder}/access`]),
        `persistence_location ${folder}/`,
        'log_dest stderr',
        ...(admin === undefined ? [] : [`plugin ${pluginOf(host)}`, `plugin_opt_config_file ${folder}/accounts.json`]),
        ...bySetting.values(),
      ])
      if (admin !== undefined)
        run(['mosquitto_ctrl', 'dynsec', 'init', `${folder}/accounts.json`, admin.username, admin.password])
      if (access !== undefined) write('access', access)
      if (accounts === undefined) return
      write(
        'passwords',
        Object.entries(accounts).map(([name, password]) => `${name}:${password}`),
      )
      run(['mosquitto_passwd', '-U', `${folder}/passwords`])
    },
    command: ({ folder }) => ['mosquitto', '-c', `${folder}/mosquitto.conf`],
  })
  return { ...service, url: `mqtt://127.0.0.1:${service.port}` }
}
