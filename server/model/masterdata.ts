import { z } from 'zod'
import { IsoInstant } from './instant.ts'
import { DeviceId } from './reading.ts'

export const DeviceCreate = z.object({
  id: DeviceId,
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
})
export type Device = z.infer<typeof Device>
export const DeviceSecret = z.object({ id: DeviceId, secret: z.string().describe('shown once') })

export const SubstanceCreate = z.object({
  cas: z.string().describe('CAS Registry Number; its check digit is verified'),
  un: z.string().optional().describe('four digits, with or without UN in front'),
  name: z.string().trim().min(1).max(200),
  nameZh: z.string().trim().min(1).max(200).optional(),
  hazardClass: z.string().max(20).optional(),
  packingGroup: z.enum(['I', 'II', 'III']).optional(),
  sadt: z.number().min(-100).max(300).optional().describe('°C'),
  sapt: z.number().min(-100).max(300).optional().describe('°C'),
})
export const Substance = SubstanceCreate.extend({
  id: z.uuid(),
  un: z.string().nullable(),
  nameZh: z.string().nullable(),
  hazardClass: z.string().nullable(),
  packingGroup: z.enum(['I', 'II', 'III']).nullable(),
  sadt: z.number().nullable(),
  sapt: z.number().nullable(),
})
export type Substance = z.infer<typeof Substance>

export const TankCreate = z.object({
  name: z.string().trim().min(1).max(100).describe('ISO 6346 number or plate'),
  capacityLitres: z.number().positive().max(1_000_000),
  mawpBar: z.number().positive().max(1000).optional().describe('bar gauge'),
  testPressureBar: z.number().positive().max(1000).optional().describe('bar gauge'),
  reliefPressureBar: z.number().positive().max(1000).optional().describe('bar gauge'),
})
export const Tank = TankCreate.extend({
  id: z.uuid(),
  mawpBar: z.number().nullable(),
  testPressureBar: z.number().nullable(),
  reliefPressureBar: z.number().nullable(),
})
export type Tank = z.infer<typeof Tank>

export const SiteCreate = z.object({
  name: z.string().trim().min(1).max(200),
  lat: z.number().min(-90).max(90),
  lon: z.number().min(-180).max(180),
  radiusMetres: z.number().positive().max(100_000).default(500),
})
export const Site = SiteCreate.extend({ id: z.uuid(), radiusMetres: z.number() })
export type Site = z.infer<typeof Site>
