import { z } from 'zod'
import { IsoInstant } from './instant.ts'
import { DeviceId } from './reading.ts'
import { SubstanceFacts, TankKind } from './record.ts'

/** What the user name of a supplier's MQTT client begins with; so no device can be called that. */
export const SUPPLIER_PREFIX = 'supplier:'

export const DeviceCreate = z.object({
  id: DeviceId.refine(
    (id) => !id.startsWith(SUPPLIER_PREFIX),
    `a device id does not begin with ${SUPPLIER_PREFIX}: that is how suppliers sign in`,
  ),
  intervalSeconds: z.number().positive().max(86_400).describe('s between two readings'),
  reportSeconds: z
    .number()
    .positive()
    .max(604_800)
    .optional()
    .describe('s between two messages; the interval where none is given'),
  pressureReference: z.enum(['absolute', 'gauge']).default('absolute'),
})
export const Device = z.object({
  id: DeviceId,
  intervalSeconds: z.number(),
  reportSeconds: z.number(),
  pressureReference: z.enum(['absolute', 'gauge']),
  status: z.enum(['online', 'offline', 'unknown']),
  statusAt: IsoInstant.nullable(),
  createdAt: IsoInstant,
  revokedAt: IsoInstant.nullable(),
  oldSecretValidUntil: IsoInstant.nullable().describe('until when the secret before the newest one is taken too'),
  brokerAccount: z
    .enum(['ok', 'missing'])
    .nullable()
    .describe('missing: the MQTT broker has lost its account; a new secret makes one. null: we keep none there'),
})
export type Device = z.infer<typeof Device>
export const DeviceSecret = z.object({ id: DeviceId, secret: z.string().describe('shown once') })

export const SecretRotation = z.object({
  overlapHours: z.number().min(0).max(168).default(24).describe('h for which the old secret is taken too; 0: none'),
})
export const RotatedSecret = DeviceSecret.extend({
  oldValidUntil: IsoInstant.nullable().describe('null: the old secret has ended'),
  note: z.string().optional().describe('what to mind'),
})

/** What to put into a device's configuration. */
export const Connection = z.object({
  mqtt: z.string().describe('mqtt://host:port'),
  mqtts: z.string().nullable().describe('the same over TLS; null where there is none'),
  http: z.string().describe('where /api/v1/telemetry is'),
})

export const SubstanceCreate = z.object({
  cas: z.string().describe('CAS Registry Number; its check digit is verified'),
  un: z.string().optional().describe('four digits, with or without UN in front'),
  name: z.string().trim().min(1).max(200),
  nameZh: z.string().trim().min(1).max(200).optional(),
  hazardClass: z.string().max(20).optional(),
  packingGroup: z.enum(['I', 'II', 'III']).optional(),
  sadt: z.number().min(-100).max(300).optional().describe('°C'),
  sapt: z.number().min(-100).max(300).optional().describe('°C'),
  liquefied: z.boolean().optional().describe('a gas that travels as a liquid under its own vapour pressure'),
  ...SubstanceFacts.partial().shape,
})
/** The same fields, each null where it is not known. */
const KnownFacts = z.object({
  flashPoint: SubstanceFacts.shape.flashPoint.nullable(),
  freezingPoint: SubstanceFacts.shape.freezingPoint.nullable(),
  controlTemperature: SubstanceFacts.shape.controlTemperature.nullable(),
  emergencyTemperature: SubstanceFacts.shape.emergencyTemperature.nullable(),
  reactivity: SubstanceFacts.shape.reactivity.nullable(),
  reactiveType: SubstanceFacts.shape.reactiveType.nullable(),
  heatingEffect: SubstanceFacts.shape.heatingEffect.nullable(),
  antoine: SubstanceFacts.shape.antoine.nullable(),
  expansion: SubstanceFacts.shape.expansion.nullable(),
  density15: SubstanceFacts.shape.density15.nullable(),
  density50: SubstanceFacts.shape.density50.nullable(),
  tunnelCode: SubstanceFacts.shape.tunnelCode.nullable(),
  responseCard: SubstanceFacts.shape.responseCard.nullable(),
})
export const Substance = SubstanceCreate.extend({
  id: z.uuid(),
  un: z.string().nullable(),
  nameZh: z.string().nullable(),
  hazardClass: z.string().nullable(),
  packingGroup: z.enum(['I', 'II', 'III']).nullable(),
  sadt: z.number().nullable(),
  sapt: z.number().nullable(),
  liquefied: z.boolean(),
  ...KnownFacts.shape,
})
export type Substance = z.infer<typeof Substance>
const notEmpty = (patch: object): boolean => Object.keys(patch).length > 0
export const SubstancePatch = z
  .object({
    nameZh: Substance.shape.nameZh,
    hazardClass: SubstanceCreate.shape.hazardClass.unwrap().nullable(),
    packingGroup: Substance.shape.packingGroup,
    sadt: SubstanceCreate.shape.sadt.unwrap().nullable(),
    sapt: SubstanceCreate.shape.sapt.unwrap().nullable(),
    liquefied: z.boolean(),
    ...KnownFacts.shape,
  })
  .partial()
  .strict()
  .refine(notEmpty, 'nothing to change')

export const TankCreate = z.object({
  name: z.string().trim().min(1).max(100).describe('ISO 6346 number or plate'),
  capacityLitres: z.number().positive().max(1_000_000),
  mawpBar: z.number().positive().max(1000).optional().describe('bar gauge'),
  testPressureBar: z.number().positive().max(1000).optional().describe('bar gauge'),
  reliefPressureBar: z.number().positive().max(1000).optional().describe('bar gauge'),
  kind: TankKind.optional(),
  provision: z.string().trim().max(100).optional().describe('portable tank instruction and provisions, as T7 TP2'),
})
export const Tank = TankCreate.extend({
  id: z.uuid(),
  mawpBar: z.number().nullable(),
  testPressureBar: z.number().nullable(),
  reliefPressureBar: z.number().nullable(),
  kind: TankKind.nullable(),
  provision: z.string().nullable(),
})
export type Tank = z.infer<typeof Tank>
export const TankPatch = z
  .object({
    capacityLitres: TankCreate.shape.capacityLitres,
    mawpBar: TankCreate.shape.mawpBar.unwrap().nullable(),
    testPressureBar: TankCreate.shape.testPressureBar.unwrap().nullable(),
    reliefPressureBar: TankCreate.shape.reliefPressureBar.unwrap().nullable(),
    kind: TankKind.nullable(),
    provision: TankCreate.shape.provision.unwrap().nullable(),
  })
  .partial()
  .strict()
  .refine(notEmpty, 'nothing to change')

export const SiteCreate = z.object({
  name: z.string().trim().min(1).max(200),
  lat: z.number().min(-90).max(90),
  lon: z.number().min(-180).max(180),
  radiusMetres: z.number().positive().max(100_000).default(500),
})
export const Site = SiteCreate.extend({ id: z.uuid(), radiusMetres: z.number() })
export type Site = z.infer<typeof Site>
