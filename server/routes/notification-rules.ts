import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { EscalationStep, NotificationRule, RuleBody, StepBody } from '../model/notification.ts'
import { differences } from '../store/audit.ts'
import { readChannel } from '../store/channels.ts'
import {
  listRules,
  listSteps,
  makeStep,
  readRule,
  removeRule,
  removeStep,
  saveRule,
  unseen,
} from '../store/notification-rules.ts'
import { asOrganisation, type Tx } from '../store/pool.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import type { AppDeps } from './dependencies.ts'
import { notFound, refusal } from './problem.ts'

const tags = ['notifications']
const config = { adminsOnly: true }
const Params = z.object({ id: z.uuid() })
const wrong = (path: string, message: string) => refusal(422, message, { errors: [{ path, message }] })

/** The name of the channel that a rule or a step leads to. */
const channelName = async (tx: Tx, id: string): Promise<string> => {
  const channel = await readChannel(tx, id)
  if (channel === null) throw wrong('channelId', 'You have no channel with this id.')
  return channel.name
}
const checked = async (tx: Tx, body: z.infer<typeof RuleBody>): Promise<string> => {
  const name = await channelName(tx, body.channelId)
  if ((await unseen(tx, 'shipments', body.shipmentIds)) !== null)
    throw wrong('shipmentIds', 'You see no shipment with one of these ids.')
  if ((await unseen(tx, 'substances', body.substanceIds)) !== null)
    throw wrong('substanceIds', 'You have no substance with one of these ids.')
  return name
}
const factsOf = ({ id: _id, createdAt: _at, ...facts }: NotificationRule) => facts

/** Who is told what: rules lead what happens to channels, steps lead on what nobody answered. */
export const notificationRuleRoutes =
  ({ pool }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/notification-rules',
      config,
      schema: {
        tags,
        summary: 'Rules that lead notifications to channels, and steps of escalation',
        response: { 200: z.object({ rules: z.array(NotificationRule), steps: z.array(EscalationStep) }) },
      },
      handler: (request) =>
        asOrganisation(pool, signedIn(request), async (tx) => ({
          rules: await listRules(tx),
          steps: await listSteps(tx),
        })),
    })

    app.route({
      method: 'POST',
      url: '/notification-rules',
      config,
      schema: { tags, summary: 'Add a rule', body: RuleBody, response: { 201: NotificationRule } },
      handler: async (request, reply) => {
        const made = await change(pool, request, async (tx) => {
          const name = await checked(tx, request.body)
          const answer = await saveRule(tx, null, request.body)
          const subject = { kind: 'notification-rule', id: answer.id, name }
          return { answer, deed: { action: 'notification-rule.created', subject, details: factsOf(answer) } }
        })
        return reply.code(201).send(made)
      },
    })

    app.route({
      method: 'PUT',
      url: '/notification-rules/:id',
      config,
      schema: {
        tags,
        summary: 'Put another rule in its place',
        params: Params,
        body: RuleBody,
        response: { 200: NotificationRule },
      },
      handler: (request) =>
        change(pool, request, async (tx) => {
          const { id } = request.params
          const before = await readRule(tx, id)
          if (before === null) throw notFound('rule')
          const name = await checked(tx, request.body)
          const answer = await saveRule(tx, id, request.body)
          const details = differences(factsOf(before), factsOf(answer))
          return {
            answer,
            deed: { action: 'notification-rule.changed', subject: { kind: 'notification-rule', id, name }, details },
          }
        }),
    })

    app.route({
      method: 'DELETE',
      url: '/notification-rules/:id',
      config,
      schema: { tags, summary: 'Remove a rule', params: Params, response: { 204: z.null() } },
      handler: async (request, reply) => {
        const { id } = request.params
        await change(pool, request, async (tx) => {
          const before = await readRule(tx, id)
          if (before === null || !(await removeRule(tx, id))) throw notFound('rule')
          const name = (await readChannel(tx, before.channelId))?.name
          const subject = { kind: 'notification-rule', id, ...(name !== undefined && { name }) }
          return { answer: null, deed: { action: 'notification-rule.removed', subject, details: factsOf(before) } }
        })
        return reply.code(204).send(null)
      },
    })

    app.route({
      method: 'POST',
      url: '/escalation-steps',
      config,
      schema: {
        tags,
        summary: 'Add a step: whom an alarm goes to that nobody acknowledged, or that still holds, after so long',
        body: StepBody,
        response: { 201: EscalationStep },
      },
      handler: async (request, reply) => {
        const made = await change(pool, request, async (tx) => {
          const name = await channelName(tx, request.body.channelId)
          const answer = await makeStep(tx, request.body)
          const subject = { kind: 'escalation-step', id: answer.id, name }
          return { answer, deed: { action: 'escalation-step.created', subject, details: request.body } }
        })
        return reply.code(201).send(made)
      },
    })

    app.route({
      method: 'DELETE',
      url: '/escalation-steps/:id',
      config,
      schema: { tags, summary: 'Remove a step of escalation', params: Params, response: { 204: z.null() } },
      handler: async (request, reply) => {
        const { id } = request.params
        await change(pool, request, async (tx) => {
          if (!(await removeStep(tx, id))) throw notFound('step')
          return { answer: null, deed: { action: 'escalation-step.removed', subject: { kind: 'escalation-step', id } } }
        })
        return reply.code(204).send(null)
      },
    })
  }
