import { appendFileSync } from 'node:fs'

/**
 * What could not be run, for the end of the report (test/run.mjs hands over the file). `expected`: this machine is one
 * on which it should have run, so in CI it is a failure.
 */
export type Note = { suite: string; sentence: string; expected: boolean }

export const note = (said: Note): void => {
  const file = process.env.TEST_NOTES
  if (file === undefined) console.warn(`NOT RUN (${said.suite}): ${said.sentence}`)
  else appendFileSync(file, `${JSON.stringify(said)}\n`)
}
