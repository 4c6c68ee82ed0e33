import { z } from 'zod'
import { Alarm } from './alarm.ts'
import { Exposure } from './exposure.ts'
import { IsoInstant } from './instant.ts'
import { Containment, Filling, LimitSources, ResponseCard, TankKind } from './record.ts'
import { Phase, Place } from './shipment.ts'

/** What a contact's role comes down to; `other` where it says none of these. */
export const PersonPart = z.enum(['emergency', 'consignor', 'consignee', 'dispatcher', 'other'])
export type PersonPart = z.infer<typeof PersonPart>

export const ReportPerson = z.object({
  part: PersonPart,
  name: z.string(),
  phone: z.string(),
  role: z.string().describe('as it was entered'),
})
export type ReportPerson = z.infer<typeof ReportPerson>

/** The papers of one trip: what goes with it, who answers for it, within which limits, and what happened. */
export const Report = z.object({
  generatedAt: IsoInstant,
  reference: z.string(),
  phase: Phase,
  origin: Place,
  destination: Place,
  departAt: IsoInstant,
  eta: IsoInstant,
  organisations: z.object({
    buyer: z.string().nullable(),
    supplier: z.string().nullable(),
    carrier: z.string().nullable(),
  }),
  substance: z.object({
    cas: z.string(),
    un: z.string().nullable(),
    name: z.string(),
    nameZh: z.string().nullable(),
    hazardClass: z.string().nullable(),
    packingGroup: z.string().nullable(),
  }),
  adr: z.object({
    line: z.string().nullable().describe('ADR 5.4.1.1.1; null where none can be made'),
    because: z.string().nullable(),
    missing: z.array(z.string()),
  }),
  tank: z
    .object({
      name: z.string(),
      kind: TankKind.nullable(),
      provision: z.string().nullable(),
      capacityLitres: z.number(),
      mawpBar: z.number().nullable().describe('bar gauge'),
      testPressureBar: z.number().nullable().describe('bar gauge'),
      reliefPressureBar: z.number().nullable().describe('bar gauge'),
    })
    .nullable(),
  packaging: Containment.nullable(),
  filling: Filling.nullable(),
  people: z.array(ReportPerson).describe('24-hour contact first'),
  missing: z.array(PersonPart).describe('of 24-hour contact, consignor, consignee and dispatcher those not entered'),
  responseCard: ResponseCard.nullable(),
  limits: LimitSources,
  exposure: Exposure.nullable().describe('null where no device was lent yet'),
  alarms: z.array(Alarm).describe('newest first, at most 500'),
  moreAlarms: z.boolean(),
})
export type Report = z.infer<typeof Report>
