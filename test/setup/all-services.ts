import { spawnSync } from 'node:child_process'
import type { TestProject } from 'vitest/node'
import { debianFolder, isDebianRoot } from './debian.ts'
import type { Host } from './host.ts'
import { startMosquitto } from './mosquitto.ts'
import { note } from './notes.ts'
import { startTimescale } from './postgres.ts'
import { makeTemplate, type Templated } from './template.ts'
import { startValkey } from './valkey.ts'

/** What the services tests have; null where it is not there and its tests are skipped. */
export type Services = {
  host: Host | null
  timescale: Templated | null
  community: Templated | null
  mqttUrl: string | null
  redisUrl: string | null
}

declare module 'vitest' {
  export interface ProvidedContext {
    services: Services
  }
}

const given = (name: string): string | null => process.env[name] || null

/** Where real services can be run on this machine, or null, with a loud line that says so. */
const findHost = async (): Promise<Host | null> => {
  if (isDebianRoot()) {
    try {
      return { kind: 'folder', root: await debianFolder() }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      note({
        suite: 'services',
        sentence: `Debian's TimescaleDB, Mosquitto and Valkey could not be had: ${reason}`,
        expected: true,
      })
      return null
    }
  }
  if (spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 20_000 }).status === 0) return { kind: 'containers' }
  note({
    suite: 'services',
    sentence:
      'no TimescaleDB, Mosquitto or Valkey can be started here: that takes Debian and root, or a container engine (or set TEST_DATABASE_URL, TEST_MQTT_URL, TEST_REDIS_URL)',
    expected: false,
  })
  return null
}

/** Real TimescaleDB, Mosquitto and Valkey for the whole suite: those that the environment names, else our own. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const toEnd: (() => Promise<void>)[] = []
  const end = async (): Promise<void> => {
    for (const close of toEnd.reverse()) await close()
  }
  const ended = async <Service extends { stop(): Promise<void> }>(starting: Promise<Service>): Promise<Service> => {
    const service = await starting
    toEnd.push(service.stop)
    return service
  }
  const templated = async (url: string | null | undefined): Promise<Templated | null> => {
    if (url === null || url === undefined) return null
    const { given: made, drop } = await makeTemplate(url)
    toEnd.push(drop)
    return made
  }
  const urlOf = async (named: string, start: (host: Host) => Promise<{ url: string; stop(): Promise<void> }>) =>
    given(named) ?? (host === null ? null : (await ended(start(host))).url)

  const host = await findHost()
  try {
    const communityUrl =
      given('TEST_TIMESCALE_COMMUNITY_URL') ??
      (host?.kind === 'containers' ? (await ended(startTimescale(host, 'timescale'))).url : null)
    if (communityUrl === null)
      note({
        suite: 'services',
        sentence:
          "TimescaleDB's Community edition (set TEST_TIMESCALE_COMMUNITY_URL to run the storage contract on it)",
        expected: false,
      })
    const timescaleUrl = await urlOf('TEST_DATABASE_URL', startTimescale)
    project.provide('services', {
      host,
      timescale: await templated(timescaleUrl),
      community: await templated(communityUrl),
      mqttUrl: await urlOf('TEST_MQTT_URL', startMosquitto),
      redisUrl: await urlOf('TEST_REDIS_URL', startValkey),
    })
  } catch (error) {
    await end()
    throw error
  }
  return end
}
