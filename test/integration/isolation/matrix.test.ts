import { randomUUID } from 'node:crypto'
import type { LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Service, startService } from '../http/service.ts'
import { type Kind, type Probe, RULES, type Rule } from './rules.ts'
import {
  createWorld,
  FOREIGN,
  forbidden,
  marker,
  OTHER,
  OWN,
  PARTIES,
  type Party,
  partOf,
  ROLES,
  SCOPES,
  seesOrder,
  type World,
} from './world.ts'

const Operation = z.object({
  parameters: z.array(z.object({ name: z.string(), in: z.string(), schema: z.unknown() })).optional(),
  requestBody: z.object({ content: z.record(z.string(), z.object({ schema: z.unknown() })) }).optional(),
})
const Description = z.object({ paths: z.record(z.string(), z.record(z.string(), Operation)) })

type Case = 'own' | 'foreign' | 'unknown'
type Principal = {
  name: string
  kind: 'nobody' | 'person' | 'token' | 'share' | 'supplier-link'
  party: Party | null
  role: (typeof ROLES)[number]
  scope: (typeof SCOPES)[number] | null
  person: string | null
  headers(): Promise<Record<string, string>>
}

let service: Service
let world: World
let principals: Principal[]
const operations: { key: string; method: string; path: string; operation: z.infer<typeof Operation> }[] = []

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

beforeAll(async () => {
  service = await startService({ requestsPerMinute: 1_000_000 })
  world = await createWorld(service.owner)
  const { make } = world
  principals = [
    {
      name: 'nobody',
      kind: 'nobody',
      party: null,
      role: 'viewer',
      scope: null,
      person: null,
      headers: async () => ({}),
    },
  ]
  for (const party of PARTIES) {
    for (const role of ROLES) {
      const person = await make.person(party, role)
      const { token } = await make.session(person)
      principals.push({
        name: `${role} of ${party}`,
        kind: 'person',
        party,
        role,
        scope: null,
        person,
        headers: async () => bearer(token),
      })
    }
    for (const scope of SCOPES) {
      const { token } = await make.apiToken(party, scope)
      principals.push({
        name: `${scope} token of ${party}`,
        kind: 'token',
        party,
        role: scope === 'write' ? 'member' : 'viewer',
        scope,
        person: null,
        headers: async () => bearer(token),
      })
    }
  }
  const { token } = await make.shareLink('buyer', 'ours')
  const opened = await service.app.inject({ method: 'POST', url: '/api/v1/session/share', payload: { token } })
  expect(opened.statusCode, opened.body).toBe(200)
  const cookie = opened.cookies.map((one) => `${one.name}=${one.value}`).join('; ')
  const csrf: string = opened.json().csrfToken
  principals.push({
    name: 'share link',
    kind: 'share',
    party: 'buyer',
    role: 'viewer',
    scope: null,
    person: null,
    headers: async () => ({ cookie, 'x-zaitu-share': '1', 'x-csrf-token': csrf }),
  })
  const link = await make.supplierLink('buyer', 'supplier')
  const entered = await service.app.inject({
    method: 'POST',
    url: '/api/v1/session/supplier',
    payload: { token: link.token },
  })
  expect(entered.statusCode, entered.body).toBe(200)
  const linkCookie = entered.cookies.map((one) => `${one.name}=${one.value}`).join('; ')
  const linkCsrf: string = entered.json().csrfToken
  principals.push({
    name: 'supplier link',
    kind: 'supplier-link',
    party: 'buyer',
    role: 'viewer',
    scope: null,
    person: null,
    headers: async () => ({ cookie: linkCookie, 'x-zaitu-supplier': '1', 'x-csrf-token': linkCsrf }),
  })
  const described = Description.parse((await service.app.inject('/api/openapi.json')).json())
  for (const [path, item] of Object.entries(described.paths))
    for (const [method, operation] of Object.entries(item))
      operations.push({ key: `${method} ${path.replace('/api/v1', '')}`, method, path, operation })
})
afterAll(() => service.close())

/** Every field of a body that names something, by its name and its form. */
const idsIn = (schema: unknown, name = ''): string[] => {
  if (typeof schema !== 'object' || schema === null) return []
  const named = /(^ids?|Ids?)$/.test(name) || Reflect.get(schema, 'format') === 'uuid' ? [name] : []
  const properties: unknown = Reflect.get(schema, 'properties')
  const inside = typeof properties === 'object' && properties !== null ? Object.entries(properties) : []
  const parts: unknown[] = [
    Reflect.get(schema, 'items'),
    ...['anyOf', 'oneOf', 'allOf'].flatMap((key) => Reflect.get(schema, key) ?? []),
  ]
  // the ids of a list have its name
  return [
    ...named,
    ...inside.flatMap(([key, value]) => idsIn(value, key)),
    ...parts.flatMap((part) => idsIn(part, name)),
  ]
}

it('has a rule for every operation, and a probe for every id that one can give it', () => {
  expect(operations.map(({ key }) => key).toSorted()).toEqual(Object.keys(RULES).toSorted())
  for (const { key, operation } of operations) {
    const given = new Set<string>()
    for (const one of operation.parameters ?? [])
      if (one.in === 'path' || idsIn(one.schema, one.name).length > 0) given.add(one.name)
    for (const { schema } of Object.values(operation.requestBody?.content ?? {}))
      for (const name of idsIn(schema)) given.add(name)
    const probed = RULES[key]?.probes.flatMap(({ at, params }) => [
      ...(at ?? []),
      ...Object.keys(params?.('', '', []) ?? {}),
    ])
    expect(
      [...given].filter((name) => name !== '' && !probed?.includes(name)),
      key,
    ).toEqual(UNPROBED[key] ?? [])
  }
})
/** Ids that a rule does not speak of, each with its reason. */
const UNPROBED: Record<string, string[]> = {
  // proved with the links: only a line of one's own with that supplier
  'post /supplier-links': ['orderId'],
}

const UNKNOWN_NUMBER = '999999999'
const unknownOf = (kind: Kind): string =>
  kind === 'photo'
    ? `${randomUUID()}/${UNKNOWN_NUMBER}`
    : kind === 'assignment' || kind === 'deadLetter'
      ? UNKNOWN_NUMBER
      : kind === 'device'
        ? `unknown-${randomUUID()}`
        : randomUUID()

const idFor = async (kind: Kind, which: Case, who: Principal): Promise<string | null> => {
  if (which === 'unknown') return unknownOf(kind)
  const { make } = world
  const party = who.party ?? 'buyer'
  const whose = which === 'own' ? party : OTHER[party]
  const load = which === 'own' ? (who.party === null ? 'ours' : OWN[party]) : FOREIGN[party]
  switch (kind) {
    case 'shipment':
      return load === null ? null : world.load[load]
    case 'assignment':
      return load === null ? null : make.assignment(load)
    case 'alarm':
      return load === null ? null : make.alarm(load)
    case 'lineAlarm':
      return load === 'ours' || load === 'theirs' ? make.lineAlarm(await make.order(load)) : null
    case 'device':
      return make.device(whose, `own-${whose}-Zq7`)
    case 'order':
      return load === 'ours' || load === 'theirs' ? make.order(load) : null
    case 'substance':
      return make.substance(whose)
    case 'tank':
      // one's own may come to stand on a shipment, and is then seen by all who see that
      return which === 'own' && load !== null ? make.tank(whose, marker.on(load)) : make.tank(whose)
    case 'stagePlan':
      return make.stagePlan(whose)
    case 'import':
      return make.import(whose)
    case 'organisation': {
      if (which === 'own') return world.party[party]
      // those that are no partners: the one competes with the other
      if (party === 'operator') return null
      return world.party[party === 'stranger' ? 'buyer' : party === 'carrier' ? 'operator' : 'stranger']
    }
    case 'person':
      return make.person(whose)
    case 'session':
      if (which === 'own' && who.person === null) return randomUUID()
      return (await make.session(which === 'own' && who.person !== null ? who.person : await make.person(whose))).id
    case 'invitation':
      return make.invitation(whose)
    case 'apiToken':
      return (await make.apiToken(whose, 'read')).id
    case 'deadLetter':
      return make.deadLetter(whose)
    case 'proposal':
      return load === null ? null : make.proposal(load)
    case 'photo':
      return load === 'ours' || load === 'theirs' ? make.photo(await make.order(load)) : null
    case 'partner': {
      if (party === 'operator') return null
      if (which === 'own')
        return world.party[party === 'buyer' ? 'supplier' : party === 'stranger' ? 'carrier' : 'buyer']
      return world.party[party === 'stranger' ? 'buyer' : party === 'carrier' ? 'operator' : 'stranger']
    }
    case 'supplierLink':
      return (
        await make.supplierLink(whose, whose === 'buyer' ? 'supplier' : whose === 'stranger' ? 'carrier' : 'buyer')
      ).id
    case 'shareLink':
      return (await make.shareLink(whose, load ?? 'ours')).id
    case 'channel':
      return make.channel(whose)
    case 'notificationRule':
      return make.notificationRule(whose)
    case 'escalationStep':
      return make.escalationStep(whose)
    case 'notification':
      return make.notification(whose)
    default:
      return null
  }
}

/**
 * Things are made once for all who may not change them, and anew where somebody may: what is foreign stays as it is,
 * and so does what is only looked at. A proposal is no more what it was once the next is made.
 */
const shared = new Map<string, Promise<string | null>>()
const idOnce = (kind: Kind, which: Case, who: Principal, changes: boolean): Promise<string | null> => {
  if (changes || which === 'unknown' || kind === 'proposal') return idFor(kind, which, who)
  const key = [kind, which, who.party, kind === 'session' ? who.name : ''].join(' ')
  const made = shared.get(key) ?? idFor(kind, which, who)
  shared.set(key, made)
  return made
}

const ask = async (
  method: string,
  path: string,
  probe: Probe,
  id: string,
  who: Principal,
  headers: Record<string, string>,
) => {
  const load = (who.party === null ? 'ours' : OWN[who.party]) ?? 'ours'
  const shipment = probe.fresh === true ? await world.make.shipment(load) : world.load[load]
  const own: string[] = []
  for (const kind of probe.beside ?? []) own.push((await idOnce(kind, 'own', who, false)) ?? '')
  const params = probe.params?.(id, shipment, own) ?? {}
  const url = path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(params[name] ?? ''))
  const query = probe.query?.(id)
  const body = probe.body?.(id, shipment, own)
  return service.app.inject({
    method: z.enum(['GET', 'POST', 'PATCH', 'PUT', 'DELETE']).parse(method.toUpperCase()),
    url: query === undefined ? url : `${url}?${query}`,
    headers,
    // each from an address of its own: limits are not what is tried here
    remoteAddress: `fd00:${Math.floor(Math.random() * 65_536).toString(16)}:${Math.floor(Math.random() * 65_536).toString(16)}::1`,
    ...(body !== undefined && { payload: JSON.parse(JSON.stringify(body)) }),
  })
}

/** What the table says to expect: a status, or several where the rule leaves it open. */
const expected = (method: string, rule: Rule, probe: Probe, which: Case, who: Principal): number[] => {
  const done = rule.done ?? [200, 201, 202, 204]
  if (rule.open === true) return done
  if (who.kind === 'nobody') return [401]
  if (who.kind === 'share' && rule.shares !== true) return [403]
  if (who.kind === 'supplier-link') {
    if (rule.suppliers === undefined) return [403]
    return which === 'own' ? done : [probe.missing ?? 404]
  }
  if (rule.suppliers === 'only') return [403]
  if (rule.admins === true && who.role !== 'admin') return [403]
  const narrow = who.scope === 'telemetry' || who.scope === 'milestones'
  if (narrow && rule.scope !== who.scope) return [403]
  const isLook = method === 'get'
  if (!narrow && !isLook && who.role === 'viewer' && rule.viewers !== true) return [403]
  if (rule.people === true && who.kind !== 'person') return [403]
  if (rule.notCarriers === true && who.party === 'carrier') return [403]
  const missing = [probe.missing ?? 404]
  const party = who.party ?? 'buyer'
  const load = OWN[party]
  // a body's id is looked at only by whoever may do something with the shipment that the path names
  const inPath = probe.at?.includes('id') === true || probe.params === undefined || probe.beside !== undefined
  if (!inPath && load === null) return [404]
  const part = load === null ? null : partOf(party, load)
  const mayNot = probe.parts !== undefined && (part === null || !probe.parts.includes(part))
  if (!inPath && mayNot) return [403]
  if (
    which !== 'own' ||
    ((probe.of === 'order' || probe.of === 'photo' || probe.of === 'lineAlarm') && !seesOrder(party))
  )
    return missing
  if (probe.buyers === true && part !== 'buyer') return missing
  if (mayNot) return [403]
  return probe.missing === 404 ? missing : done
}

/** A supplier's link tells of its supplier's order, and of nothing else. */
const wordsForbidden = ({ party, kind }: Principal): string[] =>
  kind === 'supplier-link'
    ? forbidden(null).filter((words) => words !== marker.order('ours'))
    : forbidden(party, kind === 'share' ? 'ours' : null)

const bare = (answer: LightMyRequestResponse, id: string) => {
  const { date: _date, etag: _etag, 'content-length': _length, ...headers } = answer.headers
  // the number 40 is not part of a status 404
  const whole = new RegExp(`(?<!\\w)${id.replace(/\W/g, '\\$&')}(?!\\w)`, 'g')
  const plain = Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('x-ratelimit')))
  return { status: answer.statusCode, headers: plain, body: answer.body.replaceAll(whole, '*') }
}

/** Principals that ask at once: as many as the pool of the service has connections. */
const TOGETHER = 4

describe('who may do what', () => {
  it('is as the table says, and nothing of others is in any answer', { timeout: 600_000 }, async () => {
    const wrong: string[] = []
    let cases = 0
    for (const { key, method, path } of operations) {
      const rule = RULES[key]
      if (rule === undefined) continue
      for (const probe of rule.probes) {
        const judge = async (who: Principal): Promise<void> => {
          const strangers: ReturnType<typeof bare>[] = []
          for (const which of probe.of === null ? (['own'] as const) : (['unknown', 'foreign', 'own'] as const)) {
            const allowed = expected(method, rule, probe, which, who)
            const changes = which === 'own' && method !== 'get' && allowed.some((status) => status < 400)
            const id = probe.of === null ? '' : await idOnce(probe.of, which, who, changes)
            if (id === null) continue
            const headers =
              rule.ends === true && who.person !== null
                ? bearer((await world.make.session(who.person)).token)
                : await who.headers()
            if (rule.ends === true && (who.kind === 'share' || who.kind === 'supplier-link')) continue
            const answer = await ask(method, path, probe, id, who, headers)
            cases++
            const where = `${key} (${probe.at?.join() ?? ''}) as ${who.name}, ${which}`
            if (!allowed.includes(answer.statusCode))
              wrong.push(`${where}: ${answer.statusCode}, not ${allowed}: ${answer.body.slice(0, 200)}`)
            if (
              answer.statusCode >= 400 &&
              !String(answer.headers['content-type']).startsWith('application/problem+json')
            )
              wrong.push(`${where}: ${answer.headers['content-type']}`)
            if (which !== 'own') strangers.push(bare(answer, id))
            const said = `${answer.body} ${JSON.stringify(answer.headers)}`.replaceAll(id === '' ? '\u0000' : id, '*')
            for (const words of wordsForbidden(who))
              if (said.toLowerCase().includes(words.toLowerCase())) wrong.push(`${where}: tells ${words}`)
          }
          const [unknown, foreign] = strangers
          if (unknown !== undefined && foreign !== undefined && JSON.stringify(unknown) !== JSON.stringify(foreign))
            wrong.push(
              `${key} as ${who.name}: foreign ${JSON.stringify(foreign)} unlike unknown ${JSON.stringify(unknown)}`,
            )
        }
        // most of it is waiting for the database; a proposal takes the place of the one before, so those come in turn
        if (probe.of === 'proposal') for (const who of principals) await judge(who)
        else
          for (let at = 0; at < principals.length; at += TOGETHER)
            await Promise.all(principals.slice(at, at + TOGETHER).map(judge))
      }
    }
    process.stdout.write(
      `isolation matrix: ${operations.length} operations × ${principals.length} principals, ${cases} cases\n`,
    )
    expect(wrong).toEqual([])
  })
})
