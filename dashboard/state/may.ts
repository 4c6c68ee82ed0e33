import type { User } from '../../server/model/session.ts'
import type { Shipment } from '../../server/model/shipment.ts'

/** What is offered to whom. The server decides; a button that it would refuse is a promise broken. */

export const mayChange = (user: User): boolean => user.kind === 'person' && user.role !== 'viewer'
export const mayAdminister = (user: User): boolean => user.kind === 'person' && user.role === 'admin'

/** A supplier looks at a shipment; buyer and carrier run it: phases, acknowledgements, notes. */
export const mayRun = (user: User, part: Shipment['part']): boolean => mayChange(user) && part !== 'supplier'
