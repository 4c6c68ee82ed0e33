// Loaded into a server before its own code: SIGUSR2 sets its clock to the offset (ms) in the file CLOCK_FILE, as when
// somebody sets the clock of the machine. What is measured by the monotonic clock goes on.
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
process.on('SIGUSR2', () => {
  offset = Number(readFileSync(process.env.CLOCK_FILE, 'utf8'))
})
