import type { DeviceConnection } from './device-connection.ts'

/** Judges anew what one client signed in with; who may no longer stay is sent away. Rejects when that can't be judged. */
const recheckOne = async (connection: DeviceConnection): Promise<void> => {
  const { access } = connection
  if (access?.judged.again === undefined) return
  const judged = await access.judged.again()
  if (connection.access !== access) return
  if (judged.ok) {
    connection.access = { ...access, judged }
    return
  }
  // of a revoked one not even the will is taken
  if (judged.revoked === true) connection.access = null
  connection.close(`its access was withdrawn: ${judged.reason}`)
}

/** The same for those whose client id is wanted. */
export const recheck = async (
  connections: Iterable<DeviceConnection>,
  wanted: (clientId: string) => boolean,
): Promise<void> => {
  const due = [...connections].filter(({ access }) => access !== null && wanted(access.clientId))
  await Promise.all(due.map(recheckOne))
}
