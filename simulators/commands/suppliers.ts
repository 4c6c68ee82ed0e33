import { parseArgs } from 'node:util'
import { backFor, createClock } from '../clock.ts'
import { HABITS } from '../suppliers/course.ts'
import { driveSuppliers, wordsOf } from '../suppliers/drive.ts'
import { byMqtt, byPage, byRest } from '../suppliers/ways.ts'
import { brokerUrl, needed, number, oneOf, type Surroundings, seconds } from './options.ts'

export const SUPPLIERS_HELP = `suppliers: say how far a supplier's open lines are, as suppliers do
  --link http://…/supplier#…   a supplier's link, as a buyer makes it: its open lines are what is spoken of
  --habit late                 ${HABITS.join(', ')}
  --via page                   page: by the link itself; rest, mqtt: with --token
  --token zt_…                 an API token of the supplier for milestones
  --mqtt mqtt://127.0.0.1:1883
  --speed-up 2000              times as fast as life until it has caught up with it; default 1
  --back 20d                   how long ago production began; default by --speed-up and --duration
  --duration 60s               how long to run; without it, until all is said
  --seed 1                     the same seed says the same`

const OPTIONS = {
  link: { type: 'string' },
  habit: { type: 'string', default: 'punctual' },
  via: { type: 'string', default: 'page' },
  token: { type: 'string' },
  mqtt: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
  'speed-up': { type: 'string', default: '1' },
  back: { type: 'string' },
  duration: { type: 'string' },
  seed: { type: 'string', default: '1' },
} as const

/** True when nothing was refused. */
export const suppliersCommand = async (args: string[], { say, signal }: Surroundings): Promise<boolean> => {
  const { values } = parseArgs({ args, options: OPTIONS })
  const link = needed('link', values.link)
  const habit = oneOf('habit', values.habit, HABITS)
  const via = oneOf('via', values.via, ['page', 'rest', 'mqtt'] as const)
  const speedUp = number('speed-up', values['speed-up'], 1)
  const durationMs = values.duration === undefined ? undefined : seconds('duration', values.duration) * 1000
  const now = Date.now()
  const backMs = values.back === undefined ? backFor(speedUp, durationMs) : seconds('back', values.back) * 1000
  const clock = createClock(now, backMs, speedUp)

  const page = await byPage(link)
  const lines = await page.lines()
  const way =
    via === 'page'
      ? page
      : via === 'rest'
        ? byRest(link, needed('token', values.token))
        : await byMqtt(brokerUrl(values.mqtt), lines.supplier.id, needed('token', values.token))
  say(`${lines.supplier.name} for ${lines.buyer.name}: ${lines.items.length} open lines, ${habit}, via ${via}`)
  const words = lines.items.flatMap((line) => wordsOf(line, habit, { from: clock.startMs, seed: values.seed }))
  try {
    const counts = await driveSuppliers({
      words,
      way,
      clock,
      repeats: habit === 'erratic',
      seed: values.seed,
      ...(durationMs !== undefined && { endAt: now + durationMs }),
      signal,
      say,
    })
    say(`said ${counts.said} of ${words.length}, sent again ${counts.repeated}, refused ${counts.refused}`)
    return counts.refused === 0
  } finally {
    await way.close()
  }
}
