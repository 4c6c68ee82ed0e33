import { z } from 'zod'
import { IsoInstant } from './instant.ts'
import { SourcedLimit } from './record.ts'
import { RuleSettings } from './rule-settings.ts'

/** Where the limit of an alarm came from, as it was at its onset. */
export const AlarmSource = z.object({
  limit: SourcedLimit.extend({
    rule: z.string().nullable().describe('what it follows from; null: the record has changed since'),
    from: IsoInstant.nullable().describe('since when this limit has been in force'),
    loosens: z.number().nullable().describe('the limit out of the record that a person went beyond, with consent'),
  })
    .nullable()
    .describe('null: the rule goes by no limit of the shipment'),
  setting: z
    .object({
      name: RuleSettings.keyof(),
      value: z.number(),
      origin: z.enum(['product', 'organisation', 'shipment']),
      setBy: z.string().nullable(),
      from: IsoInstant.nullable(),
    })
    .nullable()
    .describe('what of the rule can be set; null: nothing, or it is another organisation’s'),
})
export type AlarmSource = z.infer<typeof AlarmSource>
