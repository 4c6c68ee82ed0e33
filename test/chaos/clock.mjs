// Loaded into a server before its own code: its clock is off by what the file CLOCK_FILE says (ms), as when somebody sets
// the clock of the machine. What is measured by the monotonic clock goes on. No signal: all of them end a server.
import { readFileSync } from 'node:fs'

const Real = Date
let offset = 0
class Shifted extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + offset)
    else super(...given)
  }
  static now() {
    return Real.now() + offset
  }
}
globalThis.Date = Shifted
setInterval(() => {
  try {
    offset = Number(readFileSync(process.env.CLOCK_FILE, 'utf8'))
  } catch {
    // nobody has set it
  }
}, 100).unref()
