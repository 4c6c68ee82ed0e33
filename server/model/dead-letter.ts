import { z } from 'zod'
import { IsoInstant } from './instant.ts'

/** What was received and could not be taken, and what became of it since. */
export const DeadLetter = z.object({
  id: z.string(),
  topic: z.string(),
  reason: z.string(),
  payload: z.string().describe('as text; in the list the first 4096 bytes'),
  payloadBytes: z.int().describe('its whole length'),
  receivedAt: IsoInstant,
  replay: z
    .object({
      at: IsoInstant,
      by: z.string().nullable(),
      stored: z.int().describe('readings or milestones that were taken'),
      deadLetters: z.int().describe('parts that were still wrong: letters of their own'),
    })
    .nullable()
    .describe('when it was sent through again'),
})
export type DeadLetter = z.infer<typeof DeadLetter>

export const Replay = z.object({
  payload: z.string().min(1).optional().describe('corrected; as it came, unless given'),
})
export const ReplayOutcome = z.object({ stored: z.int(), deadLetters: z.int() })
export type ReplayOutcome = z.infer<typeof ReplayOutcome>
