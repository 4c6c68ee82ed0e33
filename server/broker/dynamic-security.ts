import { z } from 'zod'
import type { Logger } from '../log.ts'
import type { Answer, Command, Control } from './control.ts'
import { createControl } from './control.ts'
import {
  clientFields,
  createServerRole,
  roleCommands,
  roleOf,
  SERVER_ROLE,
  supplierAccount,
} from './dynamic-account.ts'
import { type Expected, reconcile } from './reconcile.ts'

const EVERY_MS = 5 * 60_000
const SOON_MS = 100
/** How long a start waits for the broker's accounts before it goes on without, ms. */
const START_MS = 5_000

export type Told = { ok: true } | { ok: false; taken: boolean; reason: string }

export type DynamicSecurityOptions = {
  url: string
  username: string
  password?: string | undefined
  clientId: string
  log: Logger
  /** who should have an account, asked after the broker's own list */
  expected: () => Promise<Expected>
  /** which devices have one, and which have lost theirs; only a new secret makes one again */
  found: (devices: { ok: string[]; missing: string[] }) => Promise<void>
  everyMs?: number
}

export type DynamicSecurity = {
  /** Connects, and reconciles then and every few minutes; resolves after the first time, or soon: the broker may come later. */
  start(): Promise<void>
  setDevice(deviceId: string, secret: string): Promise<Told>
  /** Never rejects: what can't be told now is made up for by the next reconcile. */
  removeDevice(deviceId: string): Promise<void>
  /** The newest token of an organisation for milestones is what its client signs in with. */
  setSupplier(supplierId: string, tokenId: string, token: string): Promise<Told>
  /** A token was revoked: reconciles soon, which ends the account if that was its token. */
  supplierChanged(): void
  /** Compares the broker's accounts with who should have one. Rejects when the broker is out of reach. */
  reconcile(): Promise<void>
  connected(): boolean
  stop(): Promise<void>
}

const Roles = z.object({ client: z.object({ roles: z.array(z.object({ rolename: z.string() })).default([]) }) })

/**
 * Keeps the clients and roles of Mosquitto's dynamic-security plugin in step with our devices and suppliers, over its
 * control topic. The account in the settings is the plugin's admin, and ours: it gets a role for its own work, and is
 * otherwise left as it is, like everything that isn't named by us.
 */
export const createDynamicSecurity = (options: DynamicSecurityOptions): DynamicSecurity => {
  const { username: own, log } = options
  let suspects: ReadonlySet<string> = new Set()
  let soon: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()

  const control: Control = createControl({ ...options, onConnected: () => reconcileSoon() })

  const ask = async (...commands: Command[]): Promise<Answer[]> => control.request(commands)
  /** Throws when a command is refused for another reason than the one that is fine. */
  const must = async (command: Command, fine: RegExp | null = null): Promise<Answer | undefined> => {
    const [answer] = await ask(command)
    if (answer?.error !== undefined && !fine?.test(answer.error))
      throw new Error(`the MQTT broker refused ${command.command}: ${answer.error}`)
    return answer
  }
  const rolesOf = async (username: string): Promise<string[] | null> => {
    const [answer] = await ask({ command: 'getClient', username })
    if (answer?.error !== undefined) return null
    return Roles.parse(answer?.data).client.roles.map(({ rolename }) => rolename)
  }

  /** Adding a role cuts our own connections off, so it is done only when it is missing. */
  const settleOwn = async (): Promise<void> => {
    // whatever a client has no role for is refused
    await must({
      command: 'setDefaultACLAccess',
      acls: [
        { acltype: 'publishClientSend', allow: false },
        { acltype: 'subscribe', allow: false },
      ],
    })
    await must(createServerRole, /exists/i)
    const roles = await rolesOf(own)
    if (roles?.includes(SERVER_ROLE) === false)
      await must({ command: 'addClientRole', username: own, rolename: SERVER_ROLE, priority: 0 })
  }

  const set = async (username: string, password: string, about: string): Promise<Told> => {
    const taken = { ok: false, taken: true, reason: `The MQTT broker has another account named ${username}.` } as const
    if (username === own) return taken
    try {
      const [create, modify] = roleCommands(username)
      if ((await must(create, /exists/i))?.error !== undefined) await must(modify)
      const fields = clientFields(username, password, about)
      const [made] = await ask({ command: 'createClient', ...fields })
      if (made?.error === undefined) return { ok: true }
      const roles = await rolesOf(username)
      if (roles === null) throw new Error(`the MQTT broker refused createClient: ${made.error}`)
      if (!roles.includes(roleOf(username))) return taken
      await must({ command: 'modifyClient', ...fields })
      // this is what cuts off whoever came in with the old one
      await must({ command: 'setClientPassword', username, password })
      await must({ command: 'enableClient', username })
      return { ok: true }
    } catch (error) {
      log.warn({ username, reason: String(error) }, 'an account could not be made at the MQTT broker')
      const reason = 'The MQTT broker could not be told of the new secret, so nothing was changed. Please try again.'
      return { ok: false, taken: false, reason }
    }
  }

  const reconcileNow = async (): Promise<void> => {
    await settleOwn()
    const { expected, found } = options
    suspects = await reconcile({ request: control.request, own, expected, found, suspects, log })
    settled()
  }
  /** one after another: each learns from the one before */
  const inTurn = (): Promise<void> => {
    running = running.catch(() => undefined).then(reconcileNow)
    return running
  }
  const reconcileSoon = (): void => {
    clearTimeout(soon)
    soon = setTimeout(() => {
      inTurn().catch((error: unknown) =>
        log.warn({ reason: String(error) }, 'the accounts of the MQTT broker are looked at again later'),
      )
    }, SOON_MS)
  }
  let timer: NodeJS.Timeout | undefined
  let settled = (): void => undefined
  const began = new Promise<void>((resolve) => {
    settled = resolve
  })

  return {
    start: () => {
      control.open()
      const late = setTimeout(settled, START_MS)
      void began.then(() => clearTimeout(late))
      timer = setInterval(() => {
        if (control.connected()) reconcileSoon()
      }, options.everyMs ?? EVERY_MS)
      return began
    },
    setDevice: (deviceId, secret) => set(deviceId, secret, ''),
    removeDevice: async (deviceId) => {
      try {
        const roles = await rolesOf(deviceId)
        if (deviceId === own || roles?.includes(roleOf(deviceId)) !== true) return
        await must({ command: 'disableClient', username: deviceId })
        await must({ command: 'deleteClient', username: deviceId }, /not found/i)
        await must({ command: 'deleteRole', rolename: roleOf(deviceId) }, /not found/i)
      } catch (error) {
        log.warn({ deviceId, reason: String(error) }, 'the MQTT broker is told later that a device was revoked')
        reconcileSoon()
      }
    },
    setSupplier: (supplierId, tokenId, token) => set(supplierAccount(supplierId), token, tokenId),
    supplierChanged: reconcileSoon,
    reconcile: inTurn,
    connected: control.connected,
    stop: async () => {
      clearInterval(timer)
      clearTimeout(soon)
      await control.close()
      await running.catch(() => undefined)
    },
  }
}
