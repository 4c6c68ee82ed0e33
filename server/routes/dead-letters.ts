import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { parseTopic } from '../broker/topic.ts'
import { DeadLetter, Replay, ReplayOutcome } from '../model/dead-letter.ts'
import { PageQuery, pageOf } from '../model/page.ts'
import { type DeadLetter as Letter, listDeadLetters, noteReplay, readDeadLetter } from '../store/dead-letter-list.ts'
import { deviceNumber } from '../store/devices.ts'
import { asOrganisation, type Tx } from '../store/pool.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import { fromCursor, toPage } from './cursor.ts'
import type { AppDeps } from './dependencies.ts'
import { notFound, refusal } from './problem.ts'

const ById = z.tuple([z.string().regex(/^\d{1,18}$/)])
const Params = z.object({ id: z.string().regex(/^\d{1,18}$/, 'the number of a dead letter') })
const ListQuery = PageQuery.extend({
  replayed: z.enum(['true', 'false']).optional().describe('only those that were sent through again, or were not'),
})
const tags = ['readings']

const view = ({ replayedAt, replayedBy, replayStored, replayLetters, ...letter }: Letter): DeadLetter => ({
  ...letter,
  payload: letter.payload.toString('utf8'),
  receivedAt: letter.receivedAt.toISOString(),
  replay:
    replayedAt === null
      ? null
      : { at: replayedAt.toISOString(), by: replayedBy, stored: replayStored ?? 0, deadLetters: replayLetters ?? 0 },
})

/** Who spoke must still be the organisation's own: a letter says nothing in the name of somebody else. */
const checkSpeaker = async (tx: Tx, topic: string, orgId: string): Promise<void> => {
  const parsed = parseTopic(topic)
  if (parsed?.kind === 'device' && parsed.channel === 'telemetry') {
    if ((await deviceNumber(tx, parsed.deviceId)) !== null) return
    throw refusal(409, `You have no device ${parsed.deviceId} any more, so nothing can be taken in from it.`)
  }
  if (parsed?.kind === 'supplier' && parsed.supplierId.toLowerCase() === orgId) return
  throw refusal(409, 'Only readings of your devices and milestones of your organisation can be sent through again.')
}

/** What could not be taken as a reading or a milestone, and why; looked at, corrected, sent through again. */
export const deadLetterRoutes =
  ({ pool, submit }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/dead-letters',
      schema: {
        tags,
        summary: 'What was received and could not be stored as a reading, with the reason; newest first',
        querystring: ListQuery,
        response: { 200: pageOf(DeadLetter) },
      },
      handler: async (request) => {
        const { limit, cursor, replayed } = request.query
        const before = fromCursor(cursor, ById)?.[0] ?? null
        const rows = await asOrganisation(pool, signedIn(request), (tx) =>
          listDeadLetters(tx, {
            before,
            replayed: replayed === undefined ? null : replayed === 'true',
            limit: limit + 1,
          }),
        )
        const { items, next } = toPage(rows, limit, (row) => [row.id])
        return { items: items.map(view), next }
      },
    })

    app.route({
      method: 'GET',
      url: '/dead-letters/:id',
      schema: { tags, summary: 'One of them, whole', params: Params, response: { 200: DeadLetter } },
      handler: async (request) => {
        const letter = await asOrganisation(pool, signedIn(request), (tx) => readDeadLetter(tx, request.params.id))
        if (letter === null) throw notFound('dead letter')
        return view(letter)
      },
    })

    app.route({
      method: 'POST',
      url: '/dead-letters/:id/replay',
      config: { adminsOnly: true },
      schema: {
        tags,
        summary: 'Send it through again, as it came or corrected',
        description:
          'Goes the way of a message that its device, or its supplier, sends now; once only. What is still wrong with it becomes a dead letter of its own.',
        params: Params,
        body: Replay.nullish(),
        response: { 200: ReplayOutcome },
      },
      handler: (request) =>
        // the letter is held meanwhile: of two who press at once, the second finds it done
        change(pool, request, async (tx) => {
          const { orgId, name } = signedIn(request)
          const { id } = request.params
          const letter = await readDeadLetter(tx, id, { hold: true })
          if (letter === null) throw notFound('dead letter')
          if (letter.replayedAt !== null)
            throw refusal(409, `This was sent through again at ${letter.replayedAt.toISOString()} already.`)
          await checkSpeaker(tx, letter.topic, orgId)
          const corrected = request.body?.payload
          const payload = corrected === undefined ? letter.payload : Buffer.from(corrected)
          const sent = await submit({ topic: letter.topic, payload, receivedAt: Date.now() })
          if (!sent.ok) throw refusal(sent.status, sent.reason, sent.status === 503 ? { retryAfterSeconds: 5 } : {})
          const { ok: _ok, ...outcome } = sent
          await noteReplay(tx, id, { by: name, ...outcome })
          const subject = { kind: 'dead-letter', id, name: letter.topic }
          const details = { corrected: corrected !== undefined, ...outcome }
          return { answer: outcome, deed: { action: 'dead-letter.replayed', subject, details } }
        }),
    })
  }
