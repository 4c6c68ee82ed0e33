import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const PERIOD_US = 20_000

/** Where Linux bounds the processor time of a group of processes: control groups of version 1, or of version 2. */
const KINDS = [
  { parent: '/sys/fs/cgroup/cpu', name: 'cpu.cfs_quota_us', value: (us: number) => String(us), period: true },
  { parent: '/sys/fs/cgroup', name: 'cpu.max', value: (us: number) => `${us} ${PERIOD_US}`, period: false },
]

/**
 * Gives a process this much of one core and no more, as if it had a small machine to itself. The answer lets go of it, to
 * be called when the process has ended; null where that can't be done (it takes Linux and root).
 */
export const limitCpu = (pid: number, cores: number): (() => void) | null => {
  for (const { parent, name, value, period } of KINDS) {
    const group = join(parent, `zaitu-bench-${pid}`)
    try {
      mkdirSync(group)
    } catch {
      continue
    }
    try {
      if (period) writeFileSync(join(group, 'cpu.cfs_period_us'), String(PERIOD_US))
      writeFileSync(join(group, name), value(cores * PERIOD_US))
      writeFileSync(join(group, 'cgroup.procs'), String(pid))
      if (readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').includes(String(pid)))
        return () => rmdirSync(group)
    } catch {
      // this machine has the other version, or we may not
    }
    rmdirSync(group)
  }
  return null
}
