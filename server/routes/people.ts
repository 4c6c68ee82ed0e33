import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { InvitationMade, Link, Person, PersonInvite, PersonPatch } from '../model/account.ts'
import { PageQuery, pageOf } from '../model/page.ts'
import { differences } from '../store/audit.ts'
import { createInvitation, withdrawEarlier } from '../store/invitations.ts'
import { mayBegin, readOrganisation } from '../store/organisations.ts'
import { asOrganisation } from '../store/pool.ts'
import { changePerson, listPeople, personExists, readPerson, withdrawResets } from '../store/staff.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import { fromCursor, toPage } from './cursor.ts'
import type { AppDeps } from './dependencies.ts'
import { originOf } from './origin.ts'
import { notFound, refusal } from './problem.ts'

const tags = ['people']
const config = { adminsOnly: true }
const params = z.object({ id: z.uuid() })

const shown = ({ name, role, disabled }: Person) => ({ name, role, disabled })

/** The people of one's own organisation: for its administrators. */
export const peopleRoutes =
  (deps: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const { pool } = deps
    app.route({
      method: 'GET',
      url: '/people',
      config,
      schema: { tags, summary: 'Your people', querystring: PageQuery, response: { 200: pageOf(Person) } },
      handler: async (request) => {
        const { limit, cursor } = request.query
        const after = fromCursor(cursor, z.tuple([z.string()]))?.[0] ?? ''
        const rows = await asOrganisation(pool, signedIn(request), (tx) => listPeople(tx, { after, limit: limit + 1 }))
        return toPage(rows, limit, (row) => [row.email])
      },
    })

    app.route({
      method: 'POST',
      url: '/people',
      config,
      schema: {
        tags,
        summary: 'Invite somebody: a link that holds for seven days, once',
        body: PersonInvite,
        response: { 201: InvitationMade },
      },
      handler: async (request, reply) => {
        const { orgId, personId } = signedIn(request)
        const { organisationId = orgId, ...body } = request.body
        const invited = await change(pool, request, async (tx) => {
          if (organisationId !== orgId) {
            if ((await readOrganisation(tx, organisationId)) === null) throw notFound('organisation')
            if (body.role !== 'admin')
              throw refusal(400, 'The first person of an organisation has to be its administrator.')
            if (!(await mayBegin(tx, organisationId)))
              throw refusal(
                409,
                'Only who added an organisation may invite its first person, and nobody but its own people the next ones.',
              )
          } else if (await personExists(tx, body.email))
            throw refusal(409, `${body.email} is one of your people already.`)
          await withdrawEarlier(tx, { orgId: organisationId, email: body.email })
          const answer = await createInvitation(tx, {
            ...body,
            orgId: organisationId,
            madeBy: orgId,
            createdBy: personId,
          })
          const subject = { kind: 'invitation', id: answer.id, name: body.name }
          const details = { email: body.email, role: body.role, organisationId, expiresAt: answer.expiresAt }
          return { answer, deed: { action: 'person.invited', subject, details } }
        })
        const { id, expiresAt, token } = invited
        return reply.code(201).send({ id, expiresAt, link: `${originOf(request, deps)}/welcome#${token}` })
      },
    })

    app.route({
      method: 'PATCH',
      url: '/people/:id',
      config,
      schema: {
        tags,
        summary: 'Change the name or role of a person, or disable them',
        params,
        body: PersonPatch,
        response: { 200: Person },
      },
      handler: async (request) => {
        const changed = await change(pool, request, async (tx) => {
          const before = await readPerson(tx, request.params.id)
          const answer = await changePerson(tx, request.params.id, request.body)
          if (before === null || answer === null || answer === 'last') return { answer, deed: null }
          const details = differences(shown(before), shown(answer))
          const subject = { kind: 'person', id: answer.id, name: answer.name }
          return { answer, deed: { action: 'person.changed', subject, details } }
        })
        if (changed === null) throw notFound('person')
        if (changed === 'last')
          throw refusal(409, 'This is the last administrator of your organisation. Make somebody else one first.')
        if (changed.disabled) deps.accessEnded(changed.id)
        return changed
      },
    })

    app.route({
      method: 'POST',
      url: '/people/:id/reset',
      config,
      schema: {
        tags,
        summary: 'A link by which a person sets a new password; it holds for seven days, once',
        params,
        response: { 201: Link },
      },
      handler: async (request, reply) => {
        const { orgId, personId } = signedIn(request)
        const made = await change(pool, request, async (tx) => {
          const person = await readPerson(tx, request.params.id)
          if (person === null) throw notFound('person')
          if (person.disabled) throw refusal(409, 'This account is disabled. Enable it first.')
          await withdrawResets(tx, person.id)
          const { email, name, role, id } = person
          const made = { orgId, madeBy: orgId, createdBy: personId, personId: id, email, name, role }
          const answer = await createInvitation(tx, made)
          const deed = { action: 'person.reset', subject: { kind: 'person', id, name } }
          return { answer, deed }
        })
        return reply
          .code(201)
          .send({ expiresAt: made.expiresAt, link: `${originOf(request, deps)}/welcome#${made.token}` })
      },
    })
  }
