import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { ImportMapping, ImportPreview } from '../../server/model/import.ts'
import { language } from '../text/language.ts'
import { stageName, t } from '../text/orders.ts'
import type { Requests } from './requests.ts'

type Kind = keyof ImportPreview['unknown']
type Option = { id: string; name: string }
const KINDS: readonly Kind[] = ['suppliers', 'products', 'stages']
const SHOWN = 25
const NO_NAMES = new Map<string, never>()

type Props = { preview: ImportPreview; requests: Requests; busy: boolean; onMapping(mapping: ImportMapping): void }

/** Names in the file that nothing is known by: each is said once, and remembered. */
export const ImportNames = ({ preview, requests, busy, onMapping }: Props) => {
  const options = useSignal<Record<Kind, Option[]>>({ suppliers: [], products: [], stages: [] })
  useEffect(() => {
    const load = async (): Promise<void> => {
      const [organisations, substances, stages] = await Promise.all([
        requests.organisations(),
        requests.substances(),
        requests.stages(),
      ])
      options.value = {
        suppliers: organisations.ok ? organisations.value.items.map(({ id, name }) => ({ id, name })) : [],
        products: substances.ok
          ? substances.value.items.map(({ id, cas, name, nameZh }) => ({
              id,
              name: `${language.peek() === 'zh' ? (nameZh ?? name) : name} (${cas})`,
            }))
          : [],
        stages: stages.ok
          ? stages.value.items.map(({ stage, name }) => ({ id: stage, name: name ?? stageName(stage, NO_NAMES) }))
          : [],
      }
    }
    void load()
  }, [])
  const choose = (kind: Kind, name: string, id: string): void => {
    const { mapping } = preview
    onMapping({ ...mapping, [kind]: { ...mapping[kind], [name]: id } })
  }
  const kinds = KINDS.filter((kind) => preview.unknown[kind].length > 0)
  if (kinds.length === 0) return null
  const select = (kind: Kind, name: string, label: string) => (
    <select
      disabled={busy}
      aria-label={label}
      value=""
      onChange={(event) => event.currentTarget.value !== '' && choose(kind, name, event.currentTarget.value)}
    >
      <option value="">{t('import.names.choose')}</option>
      {options.value[kind].map((option) => (
        <option key={option.id} value={option.id}>
          {option.name}
        </option>
      ))}
    </select>
  )
  return (
    <section class="panel padded" aria-labelledby="names-title">
      <div>
        <h2 id="names-title">{t('import.names')}</h2>
        <p class="muted">{t('import.names.lead')}</p>
      </div>
      {kinds.map((kind) => {
        const names = preview.unknown[kind]
        return (
          <div key={kind} class="name-list">
            <h3>
              {t(`import.names.${kind}`)} <span class="muted">{names.length}</span>
            </h3>
            {kind !== 'stages' && names.length > 1 && (
              <div class="name">
                <span>
                  <i>{t('import.names.every')}</i>
                </span>
                <span class="muted" />
                {select(kind, '*', t('import.names.every'))}
              </div>
            )}
            {names.slice(0, SHOWN).map(({ name, rows }) => (
              <div key={name} class="name">
                <span>{name}</span>
                <span class="muted">{t('import.names.rows', { n: rows })}</span>
                {select(kind, name, name)}
              </div>
            ))}
            {names.length > SHOWN && <p class="muted">{t('import.names.more', { n: names.length - SHOWN })}</p>}
          </div>
        )
      })}
    </section>
  )
}
