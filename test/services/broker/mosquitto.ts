import { has, startOwnMosquitto } from '../../setup/services.ts'

export { freePort } from '../../setup/process.ts'

export const hasMosquitto = has.own

const [username, password] = ['zaitu', 'server-secret']

const ACCESS = [
  `user ${username}`,
  'topic readwrite zaitu/v1/#',
  'pattern write zaitu/v1/devices/%u/telemetry',
  'pattern write zaitu/v1/devices/%u/status',
  'pattern read zaitu/v1/devices/%u/committed',
  'pattern read zaitu/v1/devices/%u/resend',
]

/** A broker with the server's account and `devices`, which may publish as design.md says, with the password `secret-{id}`. */
export const startMosquitto = async (devices: string[], settings: string[] = []) => {
  const accounts = { [username]: password, ...Object.fromEntries(devices.map((id) => [id, `secret-${id}`])) }
  return { ...(await startOwnMosquitto({ accounts, access: ACCESS, settings })), username, password }
}
export type Mosquitto = Awaited<ReturnType<typeof startMosquitto>>
