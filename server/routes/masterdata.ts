import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Site, SiteCreate, Substance, SubstanceCreate, Tank, TankCreate } from '../model/masterdata.ts'
import { PageQuery, pageOf } from '../model/page.ts'
import { checkCas, checkUn } from '../physics/identifiers.ts'
import type { Deed } from '../store/audit.ts'
import { asOrganisation } from '../store/pool.ts'
import { createSite, listSites } from '../store/sites.ts'
import { createSubstance, findSubstance, listSubstances } from '../store/substances.ts'
import { createTank, listTanks } from '../store/tanks.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import { fromCursor, toPage } from './cursor.ts'
import type { AppDeps } from './dependencies.ts'
import { notFound, refusal } from './problem.ts'

const ByName = z.tuple([z.string()])
const ByNameAndId = z.tuple([z.string(), z.uuid()])

/** The identifiers in their normal form; a mistyped one is a 400 that says what is wrong with it. */
export const checkedIdentifiers = (
  { id, cas, un }: { id?: string | undefined; cas?: string | undefined; un?: string | undefined },
  where: string,
): { id?: string; cas?: string; un?: string } => {
  const checked: { id?: string; cas?: string; un?: string } = id === undefined ? {} : { id }
  const checks = [
    ['cas', cas, checkCas],
    ['un', un, checkUn],
  ] as const
  for (const [key, text, check] of checks) {
    if (text === undefined) continue
    const verdict = check(text)
    if (!verdict.ok)
      throw refusal(400, verdict.reason, { errors: [{ path: `${where}${key}`, message: verdict.reason }] })
    checked[key] = verdict.value
  }
  return checked
}

const added = (kind: string, { id, name, ...details }: Substance | Tank | Site): Deed => ({
  action: `${kind}.created`,
  subject: { kind, id, name },
  details,
})

/** Substances, tanks and sites: list and add. */
export const masterdataRoutes =
  ({ pool }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/substances',
      schema: {
        tags: ['master data'],
        summary: 'The catalogue and your own',
        querystring: PageQuery,
        response: { 200: pageOf(Substance) },
      },
      handler: async (request) => {
        const { limit, cursor } = request.query
        const after = fromCursor(cursor, ByNameAndId)
        const rows = await asOrganisation(pool, signedIn(request), (tx) =>
          listSubstances(tx, { after, limit: limit + 1 }),
        )
        return toPage(rows, limit, (row) => [row.name, row.id])
      },
    })
    app.route({
      method: 'GET',
      url: '/substances/:id',
      schema: {
        tags: ['master data'],
        summary: 'One substance, with its response card',
        params: z.object({ id: z.uuid() }),
        response: { 200: Substance },
      },
      handler: async (request) => {
        const found = await asOrganisation(pool, signedIn(request), (tx) => findSubstance(tx, request.params.id))
        if (found === null) throw notFound('substance')
        return found
      },
    })
    app.route({
      method: 'POST',
      url: '/substances',
      schema: {
        tags: ['master data'],
        summary: 'Add a substance of your own',
        description:
          'With the CAS and UN number of one of the catalogue it goes before that one. With the CAS only, shipments and order lines have to say which of the two they mean, by CAS and UN or by `id`.',
        body: SubstanceCreate,
        response: { 201: Substance },
      },
      handler: async (request, reply) => {
        const { orgId } = signedIn(request)
        const body = { ...request.body, ...checkedIdentifiers(request.body, '') }
        const made = await change(pool, request, async (tx) => {
          const answer = await createSubstance(tx, orgId, body)
          return { answer, deed: answer && added('substance', answer) }
        })
        if (made === null) throw refusal(409, `You have this substance already: CAS ${body.cas}, ${body.name}.`)
        return reply.code(201).send(made)
      },
    })

    app.route({
      method: 'GET',
      url: '/tanks',
      schema: { tags: ['master data'], summary: 'Tanks', querystring: PageQuery, response: { 200: pageOf(Tank) } },
      handler: async (request) => {
        const { limit, cursor } = request.query
        const after = fromCursor(cursor, ByName)?.[0] ?? ''
        const rows = await asOrganisation(pool, signedIn(request), (tx) => listTanks(tx, { after, limit: limit + 1 }))
        return toPage(rows, limit, (row) => [row.name])
      },
    })
    app.route({
      method: 'POST',
      url: '/tanks',
      schema: { tags: ['master data'], summary: 'Add a tank', body: TankCreate, response: { 201: Tank } },
      handler: async (request, reply) => {
        const { orgId } = signedIn(request)
        const made = await change(pool, request, async (tx) => {
          const answer = await createTank(tx, orgId, request.body)
          return { answer, deed: answer && added('tank', answer) }
        })
        if (made === null) throw refusal(409, `You have a tank called ${request.body.name} already.`)
        return reply.code(201).send(made)
      },
    })

    app.route({
      method: 'GET',
      url: '/sites',
      schema: { tags: ['master data'], summary: 'Sites', querystring: PageQuery, response: { 200: pageOf(Site) } },
      handler: async (request) => {
        const { limit, cursor } = request.query
        const after = fromCursor(cursor, ByName)?.[0] ?? ''
        const rows = await asOrganisation(pool, signedIn(request), (tx) => listSites(tx, { after, limit: limit + 1 }))
        return toPage(rows, limit, (row) => [row.name])
      },
    })
    app.route({
      method: 'POST',
      url: '/sites',
      schema: { tags: ['master data'], summary: 'Add a site', body: SiteCreate, response: { 201: Site } },
      handler: async (request, reply) => {
        const { orgId } = signedIn(request)
        const made = await change(pool, request, async (tx) => {
          const answer = await createSite(tx, orgId, request.body)
          return { answer, deed: answer && added('site', answer) }
        })
        if (made === null) throw refusal(409, `You have a site called ${request.body.name} already.`)
        return reply.code(201).send(made)
      },
    })
  }
