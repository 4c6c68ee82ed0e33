import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { ImportKind, ImportMapping, ImportPreview } from '../../server/model/import.ts'
import type { User } from '../../server/model/session.ts'
import type { Answer } from '../api/client.ts'
import { param, setParams } from '../state/address.ts'
import { t } from '../text/orders.ts'
import { zoneName } from '../text/times.ts'
import { FileDrop } from './file-drop.tsx'
import { ImportMappingPanel } from './import-mapping.tsx'
import { ImportNames } from './import-names.tsx'
import { ImportOutcome } from './import-outcome.tsx'
import type { Requests, Taken } from './requests.ts'

const KINDS: readonly ImportKind[] = ['orders', 'milestones']

/** A file of orders or milestones: sent, looked at, mapped, and then taken whole or not at all. */
export const ImportPage = ({ user, requests }: { user: User; requests: Requests }) => {
  const preview = useSignal<ImportPreview | null>(null)
  const problem = useSignal<string | null>(null)
  const reading = useSignal<string | null>(null)
  const busy = useSignal(false)
  const taken = useSignal<Taken | null>(null)
  const buys = user.organisation.kind === 'buyer' || user.organisation.kind === 'operator'
  const kind: ImportKind = !buys || param('kind') === 'milestones' ? 'milestones' : 'orders'
  const id = param('file')

  const show = (answer: Answer<ImportPreview>): void => {
    problem.value = answer.ok ? null : answer.message
    if (answer.ok) {
      preview.value = answer.value
      taken.value = null
      setParams({ file: answer.value.id, kind: answer.value.kind === 'orders' ? null : 'milestones' })
    } else if (preview.peek() === null) setParams({ file: null })
  }
  const work = async <T,>(ask: Promise<T>): Promise<T> => {
    busy.value = true
    try {
      return await ask
    } finally {
      busy.value = false
    }
  }
  useEffect(() => {
    document.title = `${t('import.title')} · Zaitu`
    // the address names a file that was sent before the page was loaded again
    if (id !== null && preview.peek() === null) void work(requests.lookAt(id)).then(show)
  }, [])
  const send = async (file: File): Promise<void> => {
    reading.value = file.name
    show(await work(requests.sendFile(kind, file, zoneName())))
    reading.value = null
  }
  const remap = async (mapping: ImportMapping): Promise<void> => {
    const { id: file } = preview.peek() ?? {}
    if (file !== undefined) show(await work(requests.remap(file, mapping)))
  }
  const take = async (): Promise<void> => {
    const { id: file } = preview.peek() ?? {}
    if (file === undefined) return
    const answer = await work(requests.take(file))
    problem.value = answer.ok ? null : answer.message
    if (!answer.ok) return
    taken.value = answer.value
    preview.value = null
    setParams({ file: null })
  }
  const begin = (): void => {
    preview.value = null
    problem.value = null
    setParams({ file: null })
  }
  const seen = preview.value
  return (
    <div class="page orders import-page">
      <header class="line-head">
        <nav aria-label={t('line.back')}>
          <a href="/orders">← {t('line.back')}</a>
        </nav>
        <h1>{t('import.title')}</h1>
        <p class="muted">{t('import.lead')}</p>
      </header>
      <div role="alert">{problem.value !== null && <p class="note-bad">{problem}</p>}</div>
      <div role="status">
        {taken.value !== null && (
          <p class="note-ok">
            {t('import.taken', { added: taken.value.new, changed: taken.value.changed, same: taken.value.same })}{' '}
            <a href="/orders">{t('import.toOrders')}</a>
          </p>
        )}
      </div>
      {seen === null ? (
        <>
          {buys && (
            <fieldset class="segments import-kind">
              <legend class="hidden">{t('import.kind')}</legend>
              {KINDS.map((one) => (
                <button
                  key={one}
                  type="button"
                  aria-pressed={one === kind}
                  onClick={() => setParams({ kind: one === 'orders' ? null : one })}
                >
                  {t(`import.kind.${one}`)}
                </button>
              ))}
            </fieldset>
          )}
          <FileDrop reading={reading.value} onFile={(file) => void send(file)} />
        </>
      ) : (
        <>
          <ImportOutcome preview={seen} busy={busy.value} onTake={() => void take()} onAnother={begin} />
          <ImportNames
            key={`names ${seen.id}`}
            preview={seen}
            requests={requests}
            busy={busy.value}
            onMapping={remap}
          />
          <ImportMappingPanel preview={seen} busy={busy.value} onMapping={remap} />
        </>
      )}
    </div>
  )
}
