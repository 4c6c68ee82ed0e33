import { randomBytes } from 'node:crypto'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  Channel,
  ChannelCreate,
  type ChannelKind,
  ChannelMade,
  ChannelPatch,
  ChannelSecret,
  ChannelTested,
  PER_MINUTE,
} from '../model/notification.ts'
import { PageQuery, pageOf } from '../model/page.ts'
import { differences } from '../store/audit.ts'
import {
  changeSecret,
  channelNamed,
  createChannel,
  listChannels,
  readChannel,
  recordTest,
  removeChannel,
  updateChannel,
} from '../store/channels.ts'
import { asOrganisation } from '../store/pool.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import { fromCursor, toPage } from './cursor.ts'
import type { AppDeps } from './dependencies.ts'
import { originOf } from './origin.ts'
import { notFound, refusal } from './problem.ts'

const tags = ['notifications']
const config = { adminsOnly: true }
const Params = z.object({ id: z.uuid() })
/** How long a webhook's old secret holds beside the new one, unless said otherwise. */
const OVERLAP_HOURS = 24

const newKey = (): string => `whsec_${randomBytes(32).toString('base64')}`
/** Of an address the host alone: in what stands behind it, robots and many webhooks have their secret. */
const shownUrl = (url: string): string => `${new URL(url).origin}/…`
const wrong = (path: string, message: string) => refusal(422, message, { errors: [{ path, message }] })

const checkUrl = (url: string, { privateAddresses = false }: AppDeps): void => {
  const { protocol, username, password } = new URL(url)
  if (protocol !== 'https:' && !privateAddresses) throw wrong('url', 'The address has to begin with https://.')
  if (username !== '' || password !== '') throw wrong('url', 'The address may not hold a name and a password.')
}
const checkRate = (kind: ChannelKind, perMinute: number | undefined): void => {
  const { most } = PER_MINUTE[kind]
  if (perMinute !== undefined && perMinute > most)
    throw wrong('perMinute', `This kind of channel takes at most ${most} messages a minute.`)
}
const checkMail = ({ hasMailServer = false }: AppDeps): void => {
  if (!hasMailServer)
    throw wrong('kind', 'This server sends no e-mail: whoever runs it has to set SMTP_HOST and SMTP_FROM first.')
}
const taken = (name: string) =>
  refusal(409, `You have a channel called ${name} already.`, { errors: [{ path: 'name', message: 'taken' }] })

/** Channels: where notifications go. What is secret about one is written, never read. */
export const channelRoutes =
  (deps: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const { pool, testChannel } = deps
    app.route({
      method: 'GET',
      url: '/channels',
      config,
      schema: { tags, summary: 'Channels, by name', querystring: PageQuery, response: { 200: pageOf(Channel) } },
      handler: async (request) => {
        const { limit, cursor } = request.query
        const after = fromCursor(cursor, z.tuple([z.string(), z.uuid()]))
        const rows = await asOrganisation(pool, signedIn(request), (tx) =>
          listChannels(tx, { after, limit: limit + 1 }),
        )
        return toPage(rows, limit, (row) => [row.name, row.id])
      },
    })

    app.route({
      method: 'POST',
      url: '/channels',
      config,
      schema: {
        tags,
        summary: 'Add a channel; a webhook answers its secret once',
        description:
          'Webhooks are signed as Standard Webhooks have it. Private addresses and plain HTTP are refused unless the server is set to allow them.',
        body: ChannelCreate,
        response: { 201: ChannelMade },
      },
      handler: async (request, reply) => {
        const { body } = request
        const { kind, name, language } = body
        if (body.kind === 'email') checkMail(deps)
        else checkUrl(body.url, deps)
        checkRate(kind, body.perMinute)
        const key = body.kind === 'webhook' ? (body.secret ?? newKey()) : null
        const secret = body.kind === 'email' ? { to: body.to } : { url: body.url, key: key ?? body.secret }
        const made = await change(pool, request, async (tx) => {
          const channel = await createChannel(tx, {
            kind,
            name,
            language,
            address: body.kind === 'email' ? body.to.join(', ') : shownUrl(body.url),
            perMinute: body.perMinute ?? PER_MINUTE[kind].usual,
            origin: originOf(request, deps),
            secret,
          })
          if (channel === null) throw taken(name)
          const subject = { kind: 'channel', id: channel.id, name }
          const details = { kind, address: channel.address, language, perMinute: channel.perMinute }
          return { answer: { ...channel, secret: key }, deed: { action: 'channel.created', subject, details } }
        })
        return reply.code(201).send(made)
      },
    })

    app.route({
      method: 'PATCH',
      url: '/channels/:id',
      config,
      schema: {
        tags,
        summary: 'Change a channel: name, language, address, rate, whether it is used',
        params: Params,
        body: ChannelPatch,
        response: { 200: Channel },
      },
      handler: (request) =>
        change(pool, request, async (tx) => {
          const { id } = request.params
          const { url, to, secret, ...plain } = request.body
          const before = await readChannel(tx, id)
          if (before === null) throw notFound('channel')
          if (url !== undefined && before.kind === 'email')
            throw wrong('url', 'An e-mail channel has no address but `to`.')
          if (to !== undefined && before.kind !== 'email') throw wrong('to', 'Only an e-mail channel has this.')
          if (secret !== undefined && (before.kind === 'email' || before.kind === 'webhook'))
            throw wrong('secret', 'Only a robot is given its secret; a webhook gets a new one with POST …/secret.')
          if (url !== undefined) checkUrl(url, deps)
          checkRate(before.kind, plain.perMinute)
          const namesake = plain.name === undefined ? null : await channelNamed(tx, plain.name)
          if (namesake !== null && namesake !== id) throw taken(plain.name ?? '')
          const address = url !== undefined ? shownUrl(url) : to?.join(', ')
          const kept = {
            ...(url !== undefined && { url }),
            ...(to !== undefined && { to }),
            ...(secret !== undefined && { key: secret }),
          }
          const untested = Object.keys(kept).length > 0
          if (untested) await changeSecret(tx, id, kept, null)
          const given = Object.fromEntries(
            Object.entries({ ...plain, address }).filter(([, value]) => value !== undefined),
          )
          await updateChannel(tx, id, { ...given, origin: originOf(request, deps) }, untested)
          const after = (await readChannel(tx, id)) ?? before
          const facts = ({ name, language, perMinute, enabled, address: shown }: typeof before) => ({
            name,
            language,
            perMinute,
            enabled,
            address: shown,
          })
          const details = { ...differences(facts(before), facts(after)), ...(untested && { secretChanged: true }) }
          return {
            answer: after,
            deed: { action: 'channel.changed', subject: { kind: 'channel', id, name: after.name }, details },
          }
        }),
    })

    app.route({
      method: 'DELETE',
      url: '/channels/:id',
      config,
      schema: {
        tags,
        summary: 'Remove a channel, its secret, and the rules and steps that lead to it',
        params: Params,
        response: { 204: z.null() },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        await change(pool, request, async (tx) => {
          const channel = await readChannel(tx, id)
          if (channel === null) throw notFound('channel')
          await removeChannel(tx, id)
          const subject = { kind: 'channel', id, name: channel.name }
          return { answer: null, deed: { action: 'channel.removed', subject, details: { kind: channel.kind } } }
        })
        return reply.code(204).send(null)
      },
    })

    app.route({
      method: 'POST',
      url: '/channels/:id/secret',
      config,
      schema: {
        tags,
        summary: 'Give a webhook a new secret, shown once',
        description: 'Until `overlapHours` are over each message is signed with the new secret and the old one.',
        params: Params,
        body: z.object({ overlapHours: z.number().min(0).max(720).default(OVERLAP_HOURS) }).nullish(),
        response: { 200: ChannelSecret },
      },
      handler: (request) =>
        change(pool, request, async (tx) => {
          const { id } = request.params
          const channel = await readChannel(tx, id)
          if (channel === null) throw notFound('channel')
          if (channel.kind !== 'webhook')
            throw refusal(
              409,
              'Only a webhook has a secret that is made here. Give a robot its secret by changing the channel.',
            )
          const hours = request.body?.overlapHours ?? OVERLAP_HOURS
          const until = hours === 0 ? null : Math.floor(Date.now() + hours * 3_600_000)
          const secret = newKey()
          await changeSecret(tx, id, { key: secret }, until)
          const oldValidUntil = until === null ? null : new Date(until).toISOString()
          const subject = { kind: 'channel', id, name: channel.name }
          return {
            answer: { id, secret, oldValidUntil },
            deed: { action: 'channel.secret-rotated', subject, details: { oldValidUntil } },
          }
        }),
    })

    app.route({
      method: 'POST',
      url: '/channels/:id/test',
      config,
      schema: {
        tags,
        summary: 'Send a test over a channel now, and say what became of it',
        params: Params,
        response: { 200: ChannelTested },
      },
      handler: async (request) => {
        const { id } = request.params
        const { orgId } = signedIn(request)
        const found = await asOrganisation(pool, signedIn(request), (tx) => readChannel(tx, id))
        if (found === null) throw notFound('channel')
        // outside of any transaction: a receiver may take its time
        const tested = (await testChannel?.(orgId, id)) ?? null
        if (tested === null) throw refusal(503, 'This server sends no notifications.')
        return change(pool, request, async (tx) => {
          await recordTest(tx, id, tested)
          const subject = { kind: 'channel', id, name: found.name }
          return { answer: tested, deed: { action: 'channel.tested', subject, details: { ...tested } } }
        })
      },
    })
  }
