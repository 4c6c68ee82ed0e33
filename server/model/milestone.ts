import { z } from 'zod'
import { Instant, IsoInstant } from './instant.ts'
import { StageId } from './order.ts'

export const Classifier = z.enum(['actual', 'estimated', 'planned'])
export type Classifier = z.infer<typeof Classifier>

/** As its supplier calls it. */
export const Lot = z.string().trim().min(1).max(100)

/** What is said of one stage of a line. `key` makes a retry harmless. */
export const MilestoneSaid = z.object({
  stage: StageId,
  classifier: Classifier,
  at: Instant,
  progress: z.number().min(0).max(1).optional().describe('how far the stage is, 0 to 1'),
  quantity: z.number().nonnegative().optional(),
  note: z.string().trim().max(2000).optional(),
  lot: Lot.optional().describe('what is made of it: lines of one lot are late together'),
  saidAt: Instant.optional().describe(
    'when this was said, where it may reach us later or in another order: of several estimates the last one said holds. Left out: when it reaches us',
  ),
  key: z.string().min(1).max(200).optional(),
  corrects: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional()
    .describe('id of the milestone that was wrong'),
  correctsKey: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(
      'its key instead, for who sends and never hears our ids: of what the same organisation said of the line, or is yet to reach us',
    ),
})
export type MilestoneSaid = z.infer<typeof MilestoneSaid>

/** The same over MQTT, where the topic says which supplier speaks, and the body of which line. */
export const MilestoneMessage = MilestoneSaid.extend({
  order: z.string().min(1).max(100).describe('the buyer’s number'),
  buyer: z.string().min(1).max(200).optional().describe('id or name, where two buyers use the same number'),
  // many an ERP sends its line numbers as numbers
  line: z.union([z.string().min(1).max(40), z.number().transform(String)]),
})
export type MilestoneMessage = z.infer<typeof MilestoneMessage>

export const SaidBy = z.object({
  kind: z.enum(['person', 'token', 'mqtt', 'supplier-link']),
  id: z.string(),
  name: z.string(),
})
export type SaidBy = z.infer<typeof SaidBy>

/** As it is kept: when it happens (`at`) apart from when we learnt of it. */
export const Milestone = z.object({
  id: z.string(),
  stage: z.string(),
  classifier: Classifier,
  at: IsoInstant,
  progress: z.number().nullable(),
  quantity: z.number().nullable(),
  note: z.string().nullable(),
  lot: z.string().nullable(),
  key: z.string().nullable(),
  /** id of what it corrects; null while that has not reached us */
  corrects: z.string().nullable(),
  correctsKey: z.string().nullable(),
  saidBy: SaidBy,
  /** as whoever said it tells; null where nothing was told */
  saidAt: IsoInstant.nullable(),
  /** a picture came with it: GET …/milestones/{id}/photo */
  photo: z.boolean(),
  recordedAt: IsoInstant,
})
export type Milestone = z.infer<typeof Milestone>
