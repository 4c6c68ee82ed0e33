import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { PageQuery, pageOf } from '../model/page.ts'
import { Phase, Shipment, ShipmentCreate, ShipmentDetail, ShipmentPatch } from '../model/shipment.ts'
import { listAssignments } from '../store/assignments.ts'
import { differences } from '../store/audit.ts'
import { keepLimits, limitSources, replaceOwnLimits } from '../store/limit-settings.ts'
import { keepChanges } from '../store/order-changes.ts'
import { asOrganisation, type Tx } from '../store/pool.ts'
import { shipmentFacts } from '../store/shipment-facts.ts'
import { type Linked, linkLine, shipmentLines } from '../store/shipment-lines.ts'
import {
  createShipment,
  departureOf,
  listShipments,
  loadOf,
  organisationExists,
  readShipment,
  updateShipment,
} from '../store/shipments.ts'
import { resolveSubstance } from '../store/substances.ts'
import { tankExists } from '../store/tanks.ts'
import { limitsHistory, setPhase } from '../store/versions.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import { fromCursor, toPage } from './cursor.ts'
import type { AppDeps } from './dependencies.ts'
import { checkedIdentifiers } from './masterdata.ts'
import { requirePart } from './parts.ts'
import { notFound, refusal } from './problem.ts'
import { refoldFrom } from './refold-shipment.ts'
import { attachment } from './shipment-lines.ts'

const tags = ['shipments']
export const ShipmentParams = z.object({ id: z.uuid() })
const ByDeparture = z.tuple([z.iso.datetime(), z.uuid()])
const ListQuery = PageQuery.extend({
  phase: Phase.optional(),
  q: z.string().max(200).optional().describe('part of a reference, substance, place or device id'),
})

/** Limits and phases of a new shipment hold from here, so that readings from before it was entered are judged too. */
const ALWAYS = 0

export const shipmentDetail = async (tx: Tx, id: string): Promise<ShipmentDetail> => {
  const shipment = await readShipment(tx, id)
  if (shipment === null) throw notFound('shipment')
  const history = await limitsHistory(tx, id)
  return {
    ...shipment,
    lines: await shipmentLines(tx, id),
    assignments: await listAssignments(tx, id),
    ...(await loadOf(tx, id)),
    overruled: (await limitSources(tx, id))?.overruled ?? [],
    limitsHistory: history.map(({ from, limits }) => ({ from: from.toISOString(), limits })),
  }
}

const unresolved = (path: string, message: string) => refusal(422, message, { errors: [{ path, message }] })

const checkArrival = (departAt: number, eta: number | undefined): void => {
  if (eta !== undefined && eta < departAt)
    throw refusal(400, 'eta: a shipment can not arrive before it departs.', {
      errors: [{ path: 'eta', message: 'before departAt' }],
    })
}

/** What a shipment refers to must be there, and be seen by who refers to it. */
const checkReferences = async (
  tx: Tx,
  body: {
    tankId?: string | null | undefined
    carrierId?: string | null | undefined
    supplierId?: string | null | undefined
  },
): Promise<void> => {
  if (typeof body.tankId === 'string' && !(await tankExists(tx, body.tankId)))
    throw unresolved('tankId', 'You have no tank with this id.')
  for (const path of ['carrierId', 'supplierId'] as const) {
    const id = body[path]
    if (typeof id === 'string' && !(await organisationExists(tx, id)))
      throw unresolved(path, 'You know no organisation with this id. Add it under /api/v1/organisations first.')
  }
}

/** Shipments: list, create, look at one, change it. */
export const shipmentRoutes =
  ({ pool, refoldsRequested, orderChanged }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/shipments',
      schema: {
        tags,
        summary: 'Shipments with newest reading, worst alarm and time left; newest departure first',
        querystring: ListQuery,
        response: { 200: pageOf(Shipment) },
      },
      handler: async (request) => {
        const { limit, cursor, phase, q } = request.query
        const after = fromCursor(cursor, ByDeparture)
        const rows = await asOrganisation(pool, signedIn(request), (tx) =>
          listShipments(tx, { phase, q, after, limit: limit + 1 }),
        )
        return toPage(rows, limit, (row) => [row.departAt, row.id])
      },
    })

    app.route({
      method: 'POST',
      url: '/shipments',
      schema: {
        tags,
        summary: 'Enter a shipment',
        description:
          'Limits are in °C and bar absolute. The substance is named by CAS, UN or both, or by its `id`, and must be exactly one: your own goes before the catalogue’s of the same CAS and UN; other than that, 422 names those that fit. Of a limit given here and one that follows from the record the tighter counts; `overruled` holds those that do not.',
        body: ShipmentCreate,
        response: { 201: ShipmentDetail },
      },
      handler: async (request, reply) => {
        const who = signedIn(request)
        const { orgId, personId } = who
        const { body } = request
        const linked: Linked[] = []
        checkArrival(body.departAt, body.eta)
        const identifiers = checkedIdentifiers(body.substance, 'substance.')
        const made = await change(pool, request, async (tx) => {
          const substance = await resolveSubstance(tx, identifiers)
          if (!substance.ok) throw unresolved('substance', substance.reason)
          await checkReferences(tx, body)
          const phase = body.phase ?? (body.departAt <= Date.now() ? 'in-transit' : 'planned')
          const id = await createShipment(tx, orgId, {
            reference: body.reference,
            substanceId: substance.id,
            origin: body.origin,
            destination: body.destination,
            departAt: body.departAt,
            eta: body.eta,
            phase,
            tankId: body.tankId ?? null,
            carrierId: body.carrierId ?? null,
            supplierId: body.supplierId ?? null,
            contacts: body.contacts ?? [],
            packaging: body.packaging ?? null,
            filling: body.filling ?? null,
            corridor: body.corridor ?? null,
          })
          if (id === null) throw refusal(409, `You have a shipment with the reference ${body.reference} already.`)
          const setting = { shipmentId: id, personId, from: ALWAYS }
          await replaceOwnLimits(tx, setting, body.limits ?? {})
          await keepLimits(tx, setting)
          await setPhase(tx, setting, phase)
          for (const [i, share] of (body.lines ?? []).entries()) {
            const outcome = await linkLine(tx, id, share)
            if (!outcome.ok) throw unresolved(`lines.${i}`, outcome.reason)
            linked.push(outcome.linked)
          }
          const by = { kind: who.kind, id: who.id, name: who.name }
          await keepChanges(
            tx,
            orgId,
            by,
            'person',
            linked.map((one) => attachment(one, id, body.reference)),
          )
          const answer = await shipmentDetail(tx, id)
          const { reference: _reference, ...facts } = await shipmentFacts(tx, id)
          const subject = { kind: 'shipment', id, name: answer.reference }
          return { answer, deed: { action: 'shipment.created', subject, details: facts } }
        })
        for (const { orderId } of linked) orderChanged(orderId)
        return reply.code(201).header('location', `/api/v1/shipments/${made.id}`).send(made)
      },
    })

    app.route({
      method: 'GET',
      url: '/shipments/:id',
      config: { openToShares: true },
      schema: { tags, summary: 'One shipment', params: ShipmentParams, response: { 200: ShipmentDetail } },
      handler: (request) => asOrganisation(pool, signedIn(request), (tx) => shipmentDetail(tx, request.params.id)),
    })

    app.route({
      method: 'PATCH',
      url: '/shipments/:id',
      schema: {
        tags,
        summary:
          'Change phase, planned arrival, limits, contacts, tank, packaging, filling, planned way, carrier or supplier',
        description:
          'The carrier may change the phase, the buyer everything. New limits and a new phase hold from now on; the earlier ones stay in the history. `limits` takes the place of all that people have set; what follows from the record counts where it is tighter (`overruled` says so).',
        params: ShipmentParams,
        body: ShipmentPatch,
        response: { 200: ShipmentDetail },
      },
      handler: async (request) => {
        const { personId } = signedIn(request)
        const { id } = request.params
        const { limits, ...fields } = request.body
        const changed = await change(pool, request, async (tx) => {
          const onlyPhase = limits === undefined && Object.keys(fields).every((key) => key === 'phase')
          await requirePart(tx, id, onlyPhase ? ['buyer', 'carrier'] : ['buyer'])
          const departAt = await departureOf(tx, id)
          if (departAt === null) throw notFound('shipment')
          checkArrival(departAt, fields.eta)
          await checkReferences(tx, fields)
          const before = await shipmentFacts(tx, id)
          await updateShipment(tx, id, fields)
          const setting = { shipmentId: id, personId, from: null }
          const from: number[] = []
          if (limits !== undefined) await replaceOwnLimits(tx, setting, limits)
          // what is derived follows tank, packaging and filling, whoever changes them
          const changedAt = onlyPhase ? null : await keepLimits(tx, setting)
          if (changedAt !== null) from.push(changedAt)
          if (fields.phase !== undefined) from.push(await setPhase(tx, setting, fields.phase))
          // cargo and tank are facts of the whole trip: what was judged without them is judged again
          const { tankId, packaging, filling, corridor } = fields
          if ([tankId, packaging, filling, corridor].some((given) => given !== undefined)) from.push(ALWAYS)
          // who is told of its readings has changed: the streams are looked up anew
          if (fields.carrierId !== undefined || fields.supplierId !== undefined) from.push(Date.now())
          if (from.length > 0) await refoldFrom(tx, id, Math.min(...from))
          const answer = await shipmentDetail(tx, id)
          const details = differences(before, await shipmentFacts(tx, id))
          const subject = { kind: 'shipment', id, name: answer.reference }
          return { answer, deed: { action: 'shipment.changed', subject, details } }
        })
        refoldsRequested()
        return changed
      },
    })
  }
