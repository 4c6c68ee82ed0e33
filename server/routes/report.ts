import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { inCallingOrder, PARTS, partOfRole } from '../model/calling.ts'
import { type PersonPart, Report, type ReportPerson } from '../model/report.ts'
import { adrLine } from '../physics/adr-line.ts'
import { readAlarms } from '../store/alarms.ts'
import { exposureOf } from '../store/exposure.ts'
import { limitSources } from '../store/limit-settings.ts'
import { asOrganisation } from '../store/pool.ts'
import { type Papers, readPapers } from '../store/report.ts'
import { notWatching } from '../store/watching.ts'
import { signedIn } from './authentication.ts'
import type { AppDeps } from './dependencies.ts'
import { sourcesAnswer } from './limits.ts'
import { notFound } from './problem.ts'
import { ShipmentParams } from './shipments.ts'

const MOST_ALARMS = 500

/** Who is who of a shipment's contacts, by their roles; the 24-hour contact first. */
export const peopleOf = (contacts: Papers['contacts']): { people: ReportPerson[]; missing: PersonPart[] } => {
  const people = inCallingOrder(contacts).map(
    ({ name, phone, role }): ReportPerson => ({ part: partOfRole(role), name, phone, role }),
  )
  const missing = PARTS.map(([part]) => part).filter((part) => !people.some((person) => person.part === part))
  return { people, missing }
}

/** The papers of a trip, to read on the page or to print. */
export const reportRoutes =
  ({ pool }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/shipments/:id/report',
      config: { openToShares: true },
      schema: {
        tags: ['shipments'],
        summary: 'The papers of a trip: ADR line, people, response card, limits with their sources, exposure, alarms',
        description: 'The page prints it: `/shipments/{id}?print=1`.',
        params: ShipmentParams,
        response: { 200: Report },
      },
      handler: async (request) => {
        const { id } = request.params
        const [papers, sources, found, exposure, watching] = await asOrganisation(
          pool,
          signedIn(request),
          async (tx) => [
            await readPapers(tx, id),
            await limitSources(tx, id),
            await readAlarms(tx, { state: 'all', shipmentId: id, limit: MOST_ALARMS + 1 }),
            await exposureOf(tx, id, {}),
            await notWatching(tx, id),
          ],
        )
        if (papers === null || sources === null) throw notFound('shipment')
        const { contacts, tunnelCode, ...rest } = papers
        const limits = sourcesAnswer(sources, watching)
        const adr = adrLine({ ...papers.substance, ...limits.temperatureControl, tunnelCode })
        return {
          ...rest,
          generatedAt: new Date().toISOString(),
          adr: adr.ok
            ? { line: adr.line, because: null, missing: adr.missing }
            : { line: null, because: adr.reason, missing: [] },
          ...peopleOf(contacts),
          limits,
          exposure,
          alarms: found.slice(0, MOST_ALARMS).map(({ alarm }) => alarm),
          moreAlarms: found.length > MOST_ALARMS,
        }
      },
    })
  }
