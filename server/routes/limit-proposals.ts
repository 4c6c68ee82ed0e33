import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type LimitKey, Proposal, ProposalCreate } from '../model/record.ts'
import { limitsInForce, tighterBy } from '../rules/limits-in-force.ts'
import type { Deed } from '../store/audit.ts'
import { createProposal, decideProposal, type FoundProposal, holdProposal } from '../store/limit-proposals.ts'
import { addSettings, keepLimits, limitSources, ownLimits } from '../store/limit-settings.ts'
import type { Tx } from '../store/pool.ts'
import { shipmentFacts } from '../store/shipment-facts.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import type { AppDeps } from './dependencies.ts'
import { requirePart } from './parts.ts'
import { notFound, refusal } from './problem.ts'
import { refoldFrom } from './refold-shipment.ts'
import { ShipmentParams } from './shipments.ts'

const tags = ['shipments']
const ProposalParams = ShipmentParams.extend({ proposalId: z.uuid() })

/** A loosening is between two people: a token has no name that could stand under it. */
const personIn = (who: { personId: string | null }): string => {
  if (who.personId === null)
    throw refusal(403, 'A limit is proposed and consented to by people who sign in, not by a machine.')
  return who.personId
}

const found = async (tx: Tx, shipmentId: string, id: string, personId: string): Promise<FoundProposal> => {
  const proposal = await holdProposal(tx, { shipmentId, id, personId })
  if (proposal === null) throw notFound('proposal')
  return proposal
}

/** What a limit would be beside the others: which one out of the record it is looser than, and why it would not count. */
const tried = async (
  tx: Tx,
  shipmentId: string,
  wanted: LimitKey & { value: number },
): Promise<{ against: number | null; contradiction: string | null }> => {
  const sources = await limitSources(tx, shipmentId)
  if (sources === null) throw notFound('shipment')
  const isSame = (limit: LimitKey): boolean => limit.measure === wanted.measure && limit.side === wanted.side
  const { limits } = sources.derived
  const [tightest] = limits.filter(isSame).toSorted((a, b) => tighterBy(wanted.side, b.value, a.value))
  const against =
    tightest !== undefined && tighterBy(wanted.side, wanted.value, tightest.value) < 0 ? tightest.value : null
  const others = (await ownLimits(tx, shipmentId)).filter((own) => !isSame(own))
  const consent = against === null ? null : { by: 'a second person', loosens: against }
  const { overruled } = limitsInForce(limits, [...others, { ...wanted, setBy: null, reason: null, consent }])
  const out = overruled.find((limit) => limit.origin === 'person' && isSame(limit))
  return { against, contradiction: out?.because ?? null }
}

const refuseContradiction = (contradiction: string | null): void => {
  if (contradiction !== null) throw refusal(422, `value: this limit would not count. ${contradiction}`)
}

const deed = (action: string, shipmentId: string, reference: unknown, details: Record<string, unknown>): Deed => ({
  action,
  subject: { kind: 'shipment', id: shipmentId, name: typeof reference === 'string' ? reference : shipmentId },
  details,
})

/** One person proposes a limit; what is looser than the record asks for waits for a second person. */
export const limitProposalRoutes =
  ({ pool, refoldsRequested }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'POST',
      url: '/shipments/:id/limits/proposals',
      schema: {
        tags,
        summary: 'Tighten a limit at once, or propose to loosen it',
        description:
          'What is not looser than the limit that follows from the record holds at once (`in-force`). What is looser is `pending` until another person of your organisation consents.',
        params: ShipmentParams,
        body: ProposalCreate,
        response: { 201: Proposal },
      },
      handler: async (request, reply) => {
        const who = signedIn(request)
        const personId = personIn(who)
        const { id } = request.params
        const wanted = request.body
        const made = await change(pool, request, async (tx) => {
          await requirePart(tx, id, ['buyer'])
          // holds the shipment: what counts is looked at and changed by one at a time
          const { reference } = await shipmentFacts(tx, id)
          const { against, contradiction } = await tried(tx, id, wanted)
          refuseContradiction(contradiction)
          const proposalId = await createProposal(
            tx,
            { shipmentId: id, orgId: who.orgId, personId },
            { ...wanted, against },
          )
          if (against === null) {
            await addSettings(tx, { shipmentId: id, personId }, [{ ...wanted, consent: null }])
            const from = await keepLimits(tx, { shipmentId: id, personId, from: null })
            if (from !== null) await refoldFrom(tx, id, from)
          }
          const answer = await found(tx, id, proposalId, personId)
          const action = against === null ? 'limit.set' : 'limit.proposed'
          return { answer, deed: deed(action, id, reference, { ...wanted, against, proposalId }) }
        })
        if (made.state === 'in-force') refoldsRequested()
        return reply.code(201).send(made)
      },
    })

    app.route({
      method: 'POST',
      url: '/shipments/:id/limits/proposals/:proposalId/consent',
      schema: {
        tags,
        summary: 'Consent to a looser limit; somebody other than who proposed it',
        params: ProposalParams,
        response: { 200: Proposal },
      },
      handler: async (request) => {
        const who = signedIn(request)
        const personId = personIn(who)
        const { id, proposalId } = request.params
        const answer = await change(pool, request, async (tx) => {
          await requirePart(tx, id, ['buyer'])
          const { reference } = await shipmentFacts(tx, id)
          const proposal = await found(tx, id, proposalId, personId)
          if (proposal.state !== 'pending') throw refusal(409, `This proposal is ${proposal.state} already.`)
          if (proposal.personId === personId)
            throw refusal(403, 'You proposed this yourself: somebody else of your organisation has to consent.')
          const { measure, side, value, reason } = proposal
          const { against, contradiction } = await tried(tx, id, { measure, side, value })
          if (against !== proposal.against)
            throw refusal(409, 'The record has changed since this was proposed, and with it the limit that it is looser than. Decline it, and have it proposed again.') // biome-ignore format: one sentence
          refuseContradiction(contradiction)
          await decideProposal(tx, { id: proposalId, personId, state: 'in-force' })
          const consent = against === null ? null : { personId, loosens: against }
          await addSettings(tx, { shipmentId: id, personId: proposal.personId }, [
            { measure, side, value, reason, consent },
          ])
          const from = await keepLimits(tx, { shipmentId: id, personId: proposal.personId, from: null })
          if (from !== null) await refoldFrom(tx, id, from)
          const answer = await found(tx, id, proposalId, personId)
          const details = { measure, side, value, reason, against, proposalId, proposedBy: proposal.personId }
          return { answer, deed: deed('limit.consented', id, reference, details) }
        })
        refoldsRequested()
        return answer
      },
    })

    app.route({
      method: 'POST',
      url: '/shipments/:id/limits/proposals/:proposalId/decline',
      schema: {
        tags,
        summary: 'Decline a looser limit, or take back your own proposal',
        params: ProposalParams,
        response: { 200: Proposal },
      },
      handler: async (request) => {
        const who = signedIn(request)
        const personId = personIn(who)
        const { id, proposalId } = request.params
        return change(pool, request, async (tx) => {
          await requirePart(tx, id, ['buyer'])
          const { reference } = await shipmentFacts(tx, id)
          const proposal = await found(tx, id, proposalId, personId)
          if (proposal.state !== 'pending') throw refusal(409, `This proposal is ${proposal.state} already.`)
          await decideProposal(tx, { id: proposalId, personId, state: 'declined' })
          const { measure, side, value } = proposal
          const answer = await found(tx, id, proposalId, personId)
          return { answer, deed: deed('limit.declined', id, reference, { measure, side, value, proposalId }) }
        })
      },
    })
  }
