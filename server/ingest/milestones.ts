import { z } from 'zod'
import { MilestoneMessage } from '../model/milestone.ts'

const MOST = 1_000

/** What a person has to look at: the part that was not kept, and why, in a sentence. */
export type Misunderstood = { payload: Buffer; reason: string }

/**
 * Bytes of a supplier's message to milestones and to what cannot be one, each judged alone. Pure.
 * One milestone, or `{"milestones":[…]}` with up to 1,000.
 */
export const decodeMilestones = (payload: Buffer): { said: MilestoneMessage[]; misunderstood: Misunderstood[] } => {
  const wholly = (reason: string) => ({ said: [], misunderstood: [{ payload, reason }] })
  let body: unknown
  try {
    body = JSON.parse(payload.toString('utf8'))
  } catch (error) {
    return wholly(`not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}`)
  }
  const many = z.object({ milestones: z.array(z.unknown()) }).safeParse(body)
  const items = many.success ? many.data.milestones : [body]
  if (items.length === 0) return wholly('milestones must be a list of at least one milestone')
  if (items.length > MOST) return wholly(`${items.length} milestones in one message: at most ${MOST} are taken`)
  const said: MilestoneMessage[] = []
  const misunderstood: Misunderstood[] = []
  for (const item of items) {
    const parsed = MilestoneMessage.safeParse(item)
    if (parsed.success) said.push(parsed.data)
    else
      misunderstood.push({
        payload: many.success ? Buffer.from(JSON.stringify(item) ?? 'null') : payload,
        reason: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
      })
  }
  return { said, misunderstood }
}
