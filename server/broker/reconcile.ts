import { z } from 'zod'
import type { Logger } from '../log.ts'
import { supplierOf } from './access.ts'
import type { Answer, Command } from './control.ts'
import { ownerOf, roleOf, supplierAccount } from './dynamic-account.ts'

/** Who should have an account at the broker. */
export type Expected = {
  devices: ReadonlySet<string>
  revoked: ReadonlySet<string>
  /** organisation → its tokens for milestones that hold */
  suppliers: ReadonlyMap<string, ReadonlySet<string>>
  /** tokens that are over or revoked */
  ended: ReadonlySet<string>
}

type Options = {
  request(commands: readonly Command[]): Promise<Answer[]>
  /** our own account, which is never touched */
  own: string
  expected(): Promise<Expected>
  found(devices: { ok: string[]; missing: string[] }): Promise<void>
  /** what an earlier look found to belong to nobody */
  suspects: ReadonlySet<string>
  log: Logger
}

const PAGE = 500
/** How many commands go in one packet, which must stay below the broker's limit. */
const AT_ONCE = 200

const ClientList = z.object({
  clients: z.array(
    z.object({
      username: z.string(),
      textdescription: z.string().default(''),
      disabled: z.boolean().default(false),
      roles: z.array(z.object({ rolename: z.string() })).default([]),
    }),
  ),
})
const RoleList = z.object({ roles: z.array(z.string()) })
type Account = { username: string; about: string; disabled: boolean }

const all = async <Item>(
  request: Options['request'],
  command: Command,
  itemsOf: (data: unknown) => Item[],
): Promise<Item[]> => {
  const items: Item[] = []
  while (true) {
    const [answer] = await request([{ ...command, count: PAGE, offset: items.length }])
    if (answer?.error !== undefined) throw new Error(`the MQTT broker refused ${command.command}: ${answer.error}`)
    const page = itemsOf(answer?.data)
    items.push(...page)
    if (page.length < PAGE) return items
  }
}

const inPortions = async (request: Options['request'], commands: Command[]): Promise<Answer[]> => {
  const answers: Answer[] = []
  for (let from = 0; from < commands.length; from += AT_ONCE)
    answers.push(...(await request(commands.slice(from, from + AT_ONCE))))
  return answers
}

/**
 * Compares the broker's accounts that are ours with who should have one. Those of revoked devices and ended tokens go at
 * once. One of nobody goes when it is found the second time, because a registration tells the broker before it commits:
 * the result is those to look at again. Devices without an account are told, not mended: only they know their secret.
 */
export const reconcile = async (options: Options): Promise<ReadonlySet<string>> => {
  const { request, own, suspects, log } = options
  const clients = await all(
    request,
    { command: 'listClients', verbose: true },
    (data) => ClientList.parse(data).clients,
  )
  const roles = await all(request, { command: 'listRoles', verbose: false }, (data) => RoleList.parse(data).roles)
  const expected = await options.expected()

  const accounts = new Map<string, Account>()
  for (const { username, textdescription, disabled, roles: its } of clients)
    if (username !== own && its.some(({ rolename }) => rolename === roleOf(username)))
      accounts.set(username, { username, about: textdescription, disabled })

  const stands = ({ username, about }: Account): 'held' | 'over' | 'unknown' => {
    const supplierId = supplierOf(username)
    if (supplierId === null)
      return expected.devices.has(username) ? 'held' : expected.revoked.has(username) ? 'over' : 'unknown'
    if (expected.suppliers.get(supplierId)?.has(about) === true) return 'held'
    return expected.ended.has(about) ? 'over' : 'unknown'
  }
  const unknown = new Set<string>()
  const surplus: string[] = []
  for (const account of accounts.values()) {
    const standing = stands(account)
    const key = `${account.username} ${account.about}`
    if (standing === 'over' || (standing === 'unknown' && suspects.has(key))) surplus.push(account.username)
    else if (standing === 'unknown') unknown.add(key)
  }
  await inPortions(
    request,
    surplus.flatMap((username) => [
      { command: 'disableClient', username },
      { command: 'deleteClient', username },
      { command: 'deleteRole', rolename: roleOf(username) },
    ]),
  )
  // roles that a failed registration left behind hurt nobody, but add up
  const idle = roles.filter((role) => {
    const owner = ownerOf(role)
    return owner !== null && !accounts.has(owner) && !expected.devices.has(owner) && !isSupplier(owner, expected)
  })
  for (const role of idle) {
    if (suspects.has(role)) await request([{ command: 'deleteRole', rolename: role }])
    else unknown.add(role)
  }

  const ok = [...expected.devices].filter((id) => accounts.get(id)?.disabled === false)
  const without = [...expected.devices].filter((id) => accounts.get(id)?.disabled !== false)
  // registered between the two looks: asked again before it is said
  const again = await inPortions(
    request,
    without.map((username) => ({ command: 'getClient', username })),
  )
  const missing = without.filter((id, index) => {
    const parsed = z.object({ client: ClientList.shape.clients.element }).safeParse(again[index]?.data)
    const client = parsed.success ? parsed.data.client : undefined
    return client?.disabled !== false || !client.roles.some(({ rolename }) => rolename === roleOf(id))
  })
  const gone = new Set(missing)
  await options.found({ ok: [...ok, ...without.filter((id) => !gone.has(id))], missing })
  if (surplus.length > 0) log.info({ accounts: surplus }, 'took accounts away from the MQTT broker that nobody has')
  if (missing.length > 0)
    log.warn(
      { devices: missing.slice(0, 20), count: missing.length },
      'devices have no account at the MQTT broker: give each a new secret, and the device with it',
    )
  return unknown
}

const isSupplier = (owner: string, { suppliers }: Expected): boolean =>
  [...suppliers.keys()].some((supplierId) => supplierAccount(supplierId) === owner)
