import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Connection } from '../model/masterdata.ts'
import type { AppDeps } from './dependencies.ts'
import { originOf } from './origin.ts'

/** An IPv6 address stands in brackets, as in the Host header. */
const hostOf = (address: string): string => new URL(address).hostname

/**
 * Where a device connects, for its configuration: what the settings say, else the name by which this request reached us
 * with the broker's own ports.
 */
export const connectionRoutes =
  (deps: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/connection',
      schema: { tags: ['devices'], summary: 'Addresses for a device’s configuration', response: { 200: Connection } },
      handler: async (request) => {
        const { publicMqttUrl, brokerUrl, mqttPort, mqttsPort } = deps.addresses?.() ?? {}
        const http = originOf(request, deps)
        const given = publicMqttUrl ?? brokerUrl
        const mqtt = given === undefined ? `mqtt://${hostOf(http)}:${mqttPort ?? 1883}` : withoutAccount(given)
        if (mqtt.startsWith('mqtts:')) return { mqtt, mqtts: mqtt, http }
        return { mqtt, mqtts: mqttsPort === undefined ? null : `mqtts://${hostOf(mqtt)}:${mqttsPort}`, http }
      },
    })
  }

const withoutAccount = (address: string): string => {
  const { protocol, host } = new URL(address)
  return `${protocol}//${host}`
}
