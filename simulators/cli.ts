import { DEMO_HELP, demoCommand } from './commands/demo.ts'
import { FLEET_HELP, fleetCommand } from './commands/fleet.ts'
import { Mistake, type Surroundings } from './commands/options.ts'
import { REPLAY_HELP, replayCommand } from './commands/replay.ts'
import { SUPPLIERS_HELP, suppliersCommand } from './commands/suppliers.ts'

const COMMANDS = new Map<string, { help: string; run: (args: string[], around: Surroundings) => Promise<boolean> }>([
  ['fleet', { help: FLEET_HELP, run: fleetCommand }],
  ['demo', { help: DEMO_HELP, run: demoCommand }],
  ['replay', { help: REPLAY_HELP, run: replayCommand }],
  ['suppliers', { help: SUPPLIERS_HELP, run: suppliersCommand }],
])

const [name = '', ...args] = process.argv.slice(2)
const command = COMMANDS.get(name)
const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())
// forked by the server: when the server goes, so do we
if (process.channel) process.once('disconnect', () => ending.abort())

if (!command || args.includes('--help')) {
  console.log(command?.help ?? [...COMMANDS.values()].map(({ help }) => help).join('\n\n'))
  process.exitCode = command || name === '--help' || name === '' ? 0 : 2
} else {
  try {
    const well = await command.run(args, { say: (sentence) => console.log(sentence), signal: ending.signal })
    process.exitCode = well ? 0 : 1
  } catch (error) {
    const usage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
    if (error instanceof Mistake || usage) console.error(`${error.message}\n\n${command.help}`)
    else console.error(error instanceof Error ? error.message : error)
    process.exitCode = 2
  }
}
// an open IPC channel would keep the process alive
if (process.channel) process.disconnect?.()
