import type { ForecastMove } from '../../server/model/forecast.ts'
import type { SupplierLine, SupplierLines } from '../../server/model/supplier-link.ts'
import type { Asking } from './asking.ts'
import type { Keeping } from './keeping.ts'
import type { Queued } from './standing.ts'

/** What was said last of a line on this phone, for the thanks; `move`: what it did to the forecast, null until it is sent. */
export type Thanked = { body: Queued['body']; sent: boolean; undone: boolean; move: ForecastMove | null }
const takesBack = ({ classifier, progress }: Queued['body']): boolean => classifier === 'planned' || progress === 0

export type State = {
  /** `over`: the link shows nothing; `away`: no network, and nothing kept */
  phase: 'opening' | 'open' | 'over' | 'away'
  lines: SupplierLines | null
  /** when the lines were heard, epoch ms */
  heardAt: number
  expiresAt: string
  /** that the last attempt to reach the server worked */
  reached: boolean
  queue: readonly Queued[]
  /** by order/line */
  thanked: ReadonlyMap<string, Thanked>
}

export const lineKey = ({ orderId, line }: { orderId: string; line: string }): string => `${orderId}/${line}`

/** 128 random bits; `crypto.randomUUID` is not there over plain HTTP. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Tried again after so long while something waits, ms. */
const AGAIN_MS = 5_000
/** So long lines are good enough while the page is looked at, ms. */
const REFRESH_MS = 60_000

/** What the supplier's page knows and does. Everything said is kept on the phone first, and goes from there. */
export const createPageState = ({ asking, keeping }: { asking: Asking; keeping: Keeping }) => {
  let state: State = {
    phase: 'opening', lines: null, heardAt: 0, expiresAt: '', reached: true, queue: [], thanked: new Map(),
  } // biome-ignore format: its fields
  const listeners = new Set<() => void>()
  const change = (part: Partial<State>): void => {
    state = { ...state, ...part }
    for (const listener of listeners) listener()
  }
  const scope = (): string => `${state.lines?.buyer.id}/${state.lines?.supplier.id}`

  const hear = async (): Promise<void> => {
    const answer = await asking.lines()
    if (!answer.ok) return answer.status === 401 ? change({ phase: 'over', reached: true }) : change({ reached: false })
    const heardAt = Date.now()
    change({ lines: answer.value, heardAt, reached: true })
    await keeping.hear({ lines: answer.value, heardAt, expiresAt: state.expiresAt })
  }

  const drop = async (key: string): Promise<void> => {
    change({ queue: state.queue.filter((one) => one.key !== key) })
    await keeping.remove(key)
  }
  const keep = async (one: Queued): Promise<void> => {
    const others = state.queue.filter(({ key }) => key !== one.key)
    change({ queue: [...others, one].toSorted((a, b) => a.saidAt - b.saidAt) })
    await keeping.put(one)
  }
  const thank = (of: { orderId: string; line: string }, thanked: Thanked | null): void => {
    const all = new Map(state.thanked)
    if (thanked === null) all.delete(lineKey(of))
    else all.set(lineKey(of), thanked)
    change({ thanked: all })
  }

  /** Sends the oldest that waits; false when no more can be done for now. */
  const sendOne = async (): Promise<boolean> => {
    const one = state.queue.find((each) => each.problem === null && each.scope === scope())
    if (one === undefined) return false
    await keep({ ...one, tried: true })
    const answer = await asking.send(one)
    if (answer.ok) {
      const { line, forecast } = answer.value
      const { lines } = state
      if (lines !== null)
        change({
          reached: true,
          lines: { ...lines, items: lines.items.map((item) => (lineKey(item) === lineKey(line) ? line : item)) },
        }) // biome-ignore format: an item is put in its place
      const thanked = state.thanked.get(lineKey(one))
      // what was said before the page was opened again is thanked for when it goes; something said since has its own thanks
      if (thanked === undefined || thanked.sent || thanked.body.key === one.key)
        thank(one, { body: one.body, sent: true, undone: thanked?.undone ?? takesBack(one.body), move: forecast })
      await drop(one.key)
      return true
    }
    if (answer.status === 401) change({ phase: 'over' })
    const again = answer.status === 0 || answer.status >= 500 || [401, 403, 408, 429].includes(answer.status)
    if (again) {
      change({ reached: answer.status !== 0 })
      return false
    }
    thank(one, null)
    await keep({ ...one, tried: true, problem: answer.message })
    return true
  }

  let sending: Promise<void> | null = null
  const waits = (): boolean => state.queue.some(({ problem, scope: whose }) => problem === null && whose === scope())
  const send = async (): Promise<void> => {
    // what was never tried can be taken back without a trace: a browser that says it has no network is asked by a look
    // alone, since some go on saying so when it is back
    if (!navigator.onLine) {
      await hear()
      if (!state.reached) return
    }
    sending ??= (async () => {
      let sent = false
      while (await sendOne()) sent = true
      if (sent) await hear()
    })().finally(() => {
      sending = null
    })
    return sending
  }

  const say = async (line: SupplierLine, body: Omit<Queued['body'], 'key'>, undone = false): Promise<void> => {
    // it may wait for a network, and something said later may come first
    const saidAt = Date.now()
    const whole = { ...body, key: newKey(), saidAt: new Date(saidAt).toISOString() }
    const { orderId, line: name } = line
    thank(line, { body: whole, sent: false, undone, move: null })
    await keep({
      key: whole.key,
      scope: scope(),
      orderId,
      line: name,
      body: whole,
      saidAt,
      tried: false,
      problem: null,
    })
    void send()
  }

  /** Opens the link, or goes on with the one that is open; then what waits is sent. */
  const open = async (token: string | null): Promise<void> => {
    const queue = await keeping.queue().catch(() => [])
    change({ queue })
    const answer = await asking.open(token)
    if (answer.ok) {
      change({ phase: 'open', expiresAt: answer.value.expiresAt })
      await hear()
      return send()
    }
    if (answer.status === 401 || answer.status === 404) return change({ phase: 'over' })
    const heard = await keeping.heard().catch(() => undefined)
    // a new link may be another buyer's: then what is kept is none of its
    if (heard === undefined || heard === null || token !== null) return change({ phase: 'away', reached: false })
    change({ phase: 'open', reached: false, ...heard })
  }

  return {
    get: (): State => state,
    listen: (listener: () => void): (() => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    open,
    send,
    say,
    /** What is kept was refused and has been read. */
    dismiss: drop,
    thanksRead: (line: SupplierLine): void => thank(line, null),
    /**
     * What was said last of a line is taken back: it never goes where it has not gone yet, and is corrected where it has,
     * or may have: a stage that was done is begun, an estimate gives way to the plan.
     */
    undo: async (line: SupplierLine, stage: { plannedAt: string | null }): Promise<void> => {
      const waiting = state.queue.findLast((one) => lineKey(one) === lineKey(line) && one.problem === null)
      if (waiting !== undefined && !waiting.tried) {
        await drop(waiting.key)
        return thank(line, null)
      }
      const last = waiting?.body ?? line.last
      if (last === null || last === undefined) return
      const corrects = waiting === undefined ? { corrects: line.last?.id ?? '' } : { correctsKey: waiting.key }
      const body =
        last.classifier === 'actual'
          ? ({ stage: last.stage, classifier: 'actual', at: new Date().toISOString(), progress: 0 } as const)
          : ({ stage: last.stage, classifier: 'planned', at: stage.plannedAt ?? last.at } as const)
      await say(line, { ...body, ...corrects }, true)
    },
    /** Follows the network and the clock. Returns what ends it. */
    start: (token: () => string | null): (() => void) => {
      const look = (): void => {
        if (document.visibilityState === 'hidden') return
        if (state.phase === 'away') void open(token())
        else if (state.phase !== 'open') return
        else if (waits()) void send()
        else if (!state.reached || Date.now() - state.heardAt > REFRESH_MS) void hear()
      }
      const timer = setInterval(look, AGAIN_MS)
      addEventListener('online', look)
      document.addEventListener('visibilitychange', look)
      return () => {
        clearInterval(timer)
        removeEventListener('online', look)
        document.removeEventListener('visibilitychange', look)
      }
    },
  }
}
export type PageState = ReturnType<typeof createPageState>
