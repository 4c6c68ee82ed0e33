import { SUPPLIER_PREFIX } from '../model/masterdata.ts'
import { supplierOf } from './access.ts'
import type { Command } from './control.ts'
import { deviceTopic, ROOT, supplierTopic } from './topic.ts'

/** Our roles, and by them the accounts that are ours; whatever else the broker has is left alone. */
const PREFIX = 'zaitu/'
export const SERVER_ROLE = `${PREFIX}server`

export const roleOf = (username: string): string => {
  const supplierId = supplierOf(username)
  return supplierId === null ? `${PREFIX}device/${username}` : `${PREFIX}supplier/${supplierId}`
}
export const supplierAccount = (supplierId: string): string => `${SUPPLIER_PREFIX}${supplierId}`

/** Whose role this is; null when it is none that we made for a client. */
export const ownerOf = (role: string): string | null => {
  const [, kind, name] = /^zaitu\/(device|supplier)\/(.+)$/.exec(role) ?? []
  if (name === undefined) return null
  return kind === 'supplier' ? supplierAccount(name) : name
}

type Acl = { acltype: string; topic: string; allow: true; priority: 0 }
const allow = (acltype: string, topic: string): Acl => ({ acltype, topic, allow: true, priority: 0 })
const send = (topic: string): Acl => allow('publishClientSend', topic)
const hear = (topic: string): Acl[] =>
  ['subscribeLiteral', 'unsubscribeLiteral', 'publishClientReceive'].map((acltype) => allow(acltype, topic))

const aclsOf = (username: string): Acl[] => {
  const supplierId = supplierOf(username)
  if (supplierId !== null) return [send(supplierTopic(supplierId))]
  return [
    send(deviceTopic(username, 'telemetry')),
    send(deviceTopic(username, 'status')),
    ...hear(deviceTopic(username, 'committed')),
    ...hear(deviceTopic(username, 'resend')),
  ]
}

/** The server's own: everything of ours to hear, also shared with other servers, and the answers to devices to say. */
export const createServerRole: Command = {
  command: 'createRole',
  rolename: SERVER_ROLE,
  acls: [
    send(`${ROOT}/devices/+/committed`),
    send(`${ROOT}/devices/+/resend`),
    allow('publishClientReceive', `${ROOT}/#`),
    ...['subscribePattern', 'unsubscribePattern'].flatMap((acltype) => [
      allow(acltype, `${ROOT}/#`),
      allow(acltype, `$share/zaitu/${ROOT}/#`),
    ]),
  ],
}

/** Makes the role of a client, or brings it back to what it should be. */
export const roleCommands = (username: string): [create: Command, modify: Command] => {
  const role = { rolename: roleOf(username), acls: aclsOf(username) }
  return [
    { command: 'createRole', ...role },
    { command: 'modifyRole', ...role },
  ]
}

/** `about` is kept with the account: which token a supplier's password is. */
export const clientFields = (username: string, password: string, about: string) => ({
  username,
  // the client id is bound to the user name, so that none can take over the session of another
  clientid: username,
  password,
  textdescription: about,
  roles: [{ rolename: roleOf(username), priority: 0 }],
})
