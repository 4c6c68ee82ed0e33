import { z } from 'zod'
import { Priority } from './alarm.ts'
import { Instant, IsoInstant } from './instant.ts'
import { Limits } from './limits.ts'
import { DeviceId } from './reading.ts'
import { Containment, Filling, OverruledLimit } from './record.ts'

export const Place = z.object({
  name: z.string().min(1).max(200),
  lat: z.number().min(-90).max(90),
  lon: z.number().min(-180).max(180),
})
export type Place = z.infer<typeof Place>

export const Phase = z.enum(['planned', 'loading', 'in-transit', 'unloading', 'delivered', 'cleaning', 'closed'])
export type Phase = z.infer<typeof Phase>

export const Contact = z.object({
  name: z.string().min(1).max(200),
  phone: z.string().min(3).max(50),
  role: z.string().min(1).max(50),
})
export type Contact = z.infer<typeof Contact>

/** The planned way, and how far from it a shipment is still on it. */
export const Corridor = z
  .object({
    points: z
      .array(z.tuple([z.number().min(-90).max(90), z.number().min(-180).max(180)]))
      .min(2)
      .max(2_000)
      .describe('[lat, lon] in degrees WGS 84, in the order of the journey'),
    metres: z.number().positive().max(100_000).default(5_000),
  })
  .strict()
export type Corridor = z.infer<typeof Corridor>

/** A substance named by one of its identifiers; a UN number alone must fit exactly one substance. */
export const SubstanceReference = z.union([
  z.object({ id: z.uuid(), cas: z.string().optional(), un: z.string().optional() }),
  z.object({ cas: z.string(), un: z.string().optional() }),
  z.object({ un: z.string() }),
])

export const ShipmentCreate = z.object({
  reference: z.string().trim().min(1).max(100),
  substance: SubstanceReference,
  origin: Place,
  destination: Place,
  departAt: Instant,
  eta: Instant,
  phase: Phase.optional(),
  tankId: z.uuid().optional(),
  carrierId: z.uuid().optional(),
  supplierId: z.uuid().optional(),
  lines: z.array(z.object({ orderId: z.uuid(), line: z.string(), quantity: z.number().positive() })).optional(),
  contacts: z.array(Contact).max(20).optional(),
  limits: Limits.optional(),
  packaging: Containment.optional().describe('in what it travels; else as its tank is one'),
  filling: Filling.optional(),
  corridor: Corridor.optional(),
})

export const ShipmentPatch = z
  .object({
    phase: Phase,
    eta: Instant,
    limits: Limits,
    contacts: z.array(Contact).max(20),
    tankId: z.uuid().nullable(),
    carrierId: z.uuid().nullable(),
    supplierId: z.uuid().nullable(),
    packaging: Containment.nullable(),
    filling: Filling.nullable(),
    corridor: Corridor.nullable(),
  })
  .partial()
  .strict()
  .refine((patch) => Object.keys(patch).length > 0, 'nothing to change')

export const AssignmentCreate = z
  .object({ deviceId: DeviceId, from: Instant, to: Instant.optional() })
  .refine((a) => a.to === undefined || a.from < a.to, 'from must be before to')

export const Assignment = z.object({
  id: z.string(),
  deviceId: z.string(),
  from: IsoInstant,
  to: IsoInstant.nullable(),
})

/** The newest known value of each measure, with the time of the newest reading. */
export const Newest = z.object({
  time: IsoInstant,
  receivedAt: IsoInstant,
  deviceId: z.string(),
  temperature: z.number().nullable(),
  pressure: z.number().nullable(),
  level: z.number().nullable(),
  ambient: z.number().nullable(),
  lat: z.number().nullable(),
  lon: z.number().nullable(),
  battery: z.number().nullable(),
})
export type Newest = z.infer<typeof Newest>

export const SubstanceSummary = z.object({
  id: z.uuid(),
  cas: z.string(),
  un: z.string().nullable(),
  name: z.string(),
  nameZh: z.string().nullable(),
})

export const Shipment = z.object({
  id: z.uuid(),
  /** what your organisation is on it; of several parts the one that may do most */
  part: z.enum(['buyer', 'supplier', 'carrier']),
  reference: z.string(),
  phase: Phase,
  substance: SubstanceSummary,
  origin: Place,
  destination: Place,
  departAt: IsoInstant,
  eta: IsoInstant,
  tankId: z.uuid().nullable(),
  contacts: z.array(Contact),
  limits: Limits,
  /** shortest reporting interval among the devices on it now, s: what is older than three of these is old */
  reportSeconds: z.number().nullable(),
  newest: Newest.nullable(),
  worstAlarm: z
    .object({ id: z.uuid(), rule: z.string(), priority: Priority, onset: IsoInstant, acknowledged: z.boolean() })
    .nullable(),
  activeAlarms: z.int(),
  /** s until the planned arrival; negative when it has passed; null when it no longer travels */
  timeLeftSeconds: z.number().nullable(),
})
export type Shipment = z.infer<typeof Shipment>

export const ShipmentDetail = Shipment.extend({
  /** order lines on it, as far as you are a side of them */
  lines: z.array(
    z.object({ orderId: z.uuid(), number: z.string(), line: z.string(), quantity: z.number(), unit: z.string() }),
  ),
  assignments: z.array(Assignment),
  packaging: Containment.nullable(),
  filling: Filling.nullable(),
  corridor: Corridor.nullable(),
  /** limits that were set or follow from the record, but do not count, and why */
  overruled: z.array(OverruledLimit),
  limitsHistory: z.array(z.object({ from: IsoInstant, limits: Limits })),
})
export type ShipmentDetail = z.infer<typeof ShipmentDetail>
