import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const sources = ['server', 'dashboard', 'simulators'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => /\.tsx?$/.test(name) && !/node_modules|dashboard\/dist/.test(name)),
)

/** Each import of a file of ours, as a path from the root. */
const importsOf = (file: string): string[] =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map(
    ([, target]) => relative(ROOT, join(ROOT, dirname(file), target ?? '')),
  )

/** `server/model/reading.ts` lives in `model`; a file right below `server/` in `server`. */
const roomOf = (file: string): string => {
  const [top = '', room = '', ...rest] = file.split('/')
  return top === 'server' ? (rest.length > 0 ? room : 'server') : top
}

/** Who may import whom (design, Layout). What is not named here may be imported by anybody above it, that is: not at all. */
const MAY: Record<string, readonly string[]> = {
  model: [],
  physics: ['model'],
  rules: ['model', 'physics'],
  ingest: ['model', 'physics', 'rules'],
  broker: ['model'],
  store: ['model', 'physics', 'rules', 'ingest', 'orders'],
  live: ['model'],
  notify: ['model'],
  alarms: ['model', 'physics', 'rules', 'ingest', 'store'],
  orders: ['model', 'physics', 'rules'],
  routes: ['model', 'physics', 'store', 'live', 'rules'],
  dashboard: ['model'],
  simulators: ['model'],
}
/** Single files that anybody may use: the topic grammar, what a source is, and what a logger is. Types and pure functions. */
const COMMON = new Set(['server/broker/topic.ts', 'server/broker/source.ts', 'server/log.ts'])
/** The server's own files wire the rooms together. */
const WIRING = new Set(['server'])

describe('who may import whom', () => {
  it('finds what it is to judge', () => {
    expect(sources.length).toBeGreaterThan(100)
    expect(importsOf('server/pipeline.ts')).toContain('server/ingest/batch.ts')
  })

  it.each(sources)('%s', (file) => {
    const room = roomOf(file)
    if (WIRING.has(room)) return
    const foreign = importsOf(file).filter((target) => {
      const other = roomOf(target)
      return other !== room && !COMMON.has(target) && !(MAY[room] ?? []).includes(other)
    })
    expect(foreign).toEqual([])
  })

  it('no file is imported by those it imports', () => {
    const graph = new Map(sources.map((file) => [file, importsOf(file)]))
    const done = new Set<string>()
    const cycles: string[][] = []
    const visit = (file: string, trail: string[]): void => {
      const at = trail.indexOf(file)
      if (at >= 0) return void cycles.push([...trail.slice(at), file])
      if (done.has(file)) return
      for (const target of graph.get(file) ?? []) visit(target, [...trail, file])
      done.add(file)
    }
    for (const file of sources) visit(file, [])
    expect(cycles).toEqual([])
  })

  it('only main and commands read the environment', () => {
    const readers = sources.filter(
      (file) => file.startsWith('server/') && /process\.env\b/.test(readFileSync(join(ROOT, file), 'utf8')),
    )
    // the embedded database's own process needs a PATH
    expect(readers.toSorted()).toEqual([
      'server/backup.ts',
      'server/main.ts',
      'server/make-admin.ts',
      'server/restore.ts',
      'server/store/embedded-cluster.ts',
      'server/verify-audit.ts',
    ])
  })
})
