import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { sameText } from './authentication.ts'
import type { AppDeps } from './dependencies.ts'
import { refusal } from './problem.ts'

const text = z.string().max(1_000)
const SignInQuestion = z.object({ clientid: text, username: text.nullish(), password: text.nullish() })
const TopicQuestion = z.object({
  clientid: text,
  username: text.nullish(),
  topic: z.string().max(65_535),
  action: z.enum(['publish', 'subscribe']),
})
/** EMQX 5, HTTP authentication and authorisation: the answer is in the body, with status 200 either way. */
const Answer = z.object({ result: z.enum(['allow', 'deny']), is_superuser: z.boolean().optional() })

export const MQTT_ACCESS_HEADER = 'x-mqtt-access-secret'

/** What a broker that asks over HTTP (EMQX …) is told: who may connect, and who may say or hear what. */
export const mqttAccessRoutes =
  ({ mqttAccess }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['devices']
    const security: [] = []
    app.addHook('onRequest', async (request) => {
      const given = request.headers[MQTT_ACCESS_HEADER]
      const secret = mqttAccess?.secret
      if (secret === undefined || typeof given !== 'string' || !sameText(given, secret))
        throw refusal(
          401,
          `Only the MQTT broker may ask this: its ${MQTT_ACCESS_HEADER} is not the MQTT_ACCESS_SECRET of the server.`,
        )
    })

    app.route({
      method: 'POST',
      url: '/mqtt/authenticate',
      schema: { tags, security, summary: 'May this client connect?', body: SignInQuestion, response: { 200: Answer } },
      handler: async (request) => {
        const { clientid, username, password } = request.body
        const answer = await mqttAccess?.signIn(clientid, username ?? '', password ?? '')
        if (answer === undefined || answer === 'deny') return { result: 'deny' as const }
        return { result: 'allow' as const, is_superuser: answer === 'server' }
      },
    })

    app.route({
      method: 'POST',
      url: '/mqtt/authorise',
      schema: {
        tags,
        security,
        summary: 'May this client publish to, or subscribe to, this topic?',
        body: TopicQuestion,
        response: { 200: Answer },
      },
      handler: async (request) => {
        const { clientid, username, topic, action } = request.body
        const allowed = mqttAccess?.may(clientid, username ?? '', action, topic) ?? false
        return { result: allowed ? ('allow' as const) : ('deny' as const) }
      },
    })
  }
