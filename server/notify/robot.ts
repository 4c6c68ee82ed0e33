import { z } from 'zod'
import type { Problem } from '../model/notification.ts'
import type { Outcome } from './channel.ts'
import { type Answer, statusProblem } from './post.ts'

const Said = z.looseObject({
  errcode: z.number().optional(),
  errmsg: z.string().optional(),
  code: z.number().optional(),
  msg: z.string().optional(),
  StatusCode: z.number().optional(),
  StatusMessage: z.string().optional(),
})

/** Chat robots answer 200 and say in the body that it was no good. `problemOf` names what their codes mean. */
export const judgeRobot = (
  answer: Answer,
  problemOf: (code: number, text: string) => Problem,
  waitMs: number,
): Outcome => {
  const bad = statusProblem(answer)
  if (bad !== null) return bad
  let body: unknown
  try {
    body = JSON.parse(answer.body)
  } catch {
    body = null
  }
  const said = Said.safeParse(body)
  const code = said.data?.errcode ?? said.data?.code ?? said.data?.StatusCode
  if (code === 0) return { ok: true }
  const text = said.data?.errmsg ?? said.data?.msg ?? said.data?.StatusMessage ?? answer.body.slice(0, 200)
  if (code === undefined) return { ok: false, problem: 'rejected', detail: `not the answer of a robot: ${text}` }
  const problem = problemOf(code, text)
  return { ok: false, problem, detail: `${code}: ${text.slice(0, 300)}`, ...(problem === 'rate' && { waitMs }) }
}

/** At most so many bytes of UTF-8, cut between characters. */
export const cutBytes = (text: string, most: number): string => {
  const bytes = Buffer.from(text)
  if (bytes.length <= most) return text
  return `${bytes
    .subarray(0, most - 4)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')}…`
}

/** A receiver that knows no keys shows a message twice when it was sent twice: by this its readers see that it is one. */
export const mark = (key: string): string => `#${key.slice(0, 8)}`
