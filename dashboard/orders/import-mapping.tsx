import type { DateOrder, Encoding, ImportField, ImportMapping, ImportPreview } from '../../server/model/import.ts'
import { fieldName, t } from '../text/orders.ts'

const ORDERS: readonly DateOrder[] = ['dmy', 'mdy', 'ymd']
const ENCODINGS: readonly Encoding[] = ['utf-8', 'utf-16le', 'gb18030', 'windows-1252']

type Props = { preview: ImportPreview; busy: boolean; onMapping(mapping: ImportMapping): void }

/** With a key set, or without it where the value is empty. */
const withKey = <T extends string>(
  record: Partial<Record<T, string>>,
  key: T,
  value: string,
): Partial<Record<T, string>> => {
  const { [key]: _before, ...rest } = record
  const kept: Partial<Record<T, string>> = {}
  Object.assign(kept, rest, value === '' ? {} : { [key]: value })
  return kept
}

/** Which column is what, what holds for all rows, and how dates, numbers and characters are written. */
export const ImportMappingPanel = ({ preview, busy, onMapping }: Props) => {
  const { mapping, headings } = preview
  const sampleOf = (field: ImportField): string => {
    const index = headings.indexOf(mapping.columns[field] ?? '')
    return index < 0
      ? ''
      : preview.sample
          .map((row) => row[index] ?? '')
          .filter((cell) => cell !== '')
          .slice(0, 3)
          .join(' · ')
  }
  const asks = preview.asks.includes('dateOrder')
  return (
    <section class="panel padded" aria-labelledby="mapping-title">
      <div>
        <h2 id="mapping-title">{t('import.columns')}</h2>
        <p class="muted">{t('import.columns.lead')}</p>
      </div>
      <div class="options">
        <label class={asks ? 'asked' : ''}>
          <span>{t('import.order')}</span>
          <select
            name="dateOrder"
            disabled={busy}
            value={mapping.dateOrder ?? ''}
            onChange={(event) => {
              const chosen = ORDERS.find((one) => one === event.currentTarget.value)
              const { dateOrder: _before, ...rest } = mapping
              onMapping({ ...rest, ...(chosen !== undefined && { dateOrder: chosen }) })
            }}
          >
            <option value="">{asks ? t('import.order.none') : t('import.decimal.auto')}</option>
            {ORDERS.map((order) => (
              <option key={order} value={order}>
                {t(`import.order.${order}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{t('import.decimal')}</span>
          <select
            name="decimal"
            disabled={busy}
            value={mapping.decimal ?? ''}
            onChange={(event) => {
              const { value } = event.currentTarget
              const { decimal: _before, ...rest } = mapping
              onMapping({ ...rest, ...((value === '.' || value === ',') && { decimal: value }) })
            }}
          >
            <option value="">{t('import.decimal.auto')}</option>
            <option value=".">1234.5</option>
            <option value=",">1234,5</option>
          </select>
        </label>
        {preview.encoding !== null && (
          <label>
            <span>{t('import.encoding')}</span>
            <select
              name="encoding"
              disabled={busy}
              value={preview.encoding}
              onChange={(event) => {
                const chosen = ENCODINGS.find((one) => one === event.currentTarget.value)
                if (chosen !== undefined) onMapping({ ...mapping, encoding: chosen })
              }}
            >
              {ENCODINGS.map((one) => (
                <option key={one} value={one}>
                  {one.toUpperCase()}
                </option>
              ))}
            </select>
          </label>
        )}
        <p class="muted">{t('import.zone', { zone: mapping.zone })}</p>
      </div>
      {asks && <p class="tone-medium">{t('import.order.ask')}</p>}
      <table class="mapping">
        <thead>
          <tr>
            <th scope="col">{t('import.field')}</th>
            <th scope="col">{t('import.from')}</th>
            <th scope="col">{t('import.constant')}</th>
            <th scope="col">{t('import.sample')}</th>
          </tr>
        </thead>
        <tbody>
          {preview.fields.map(({ field, required }) => (
            <tr key={field}>
              <th scope="row">
                {fieldName(field)} {required && <span class="need">{t('import.required')}</span>}
              </th>
              <td>
                <select
                  name={`column-${field}`}
                  aria-label={`${fieldName(field)}: ${t('import.from')}`}
                  disabled={busy}
                  value={mapping.columns[field] ?? ''}
                  onChange={(event) =>
                    onMapping({ ...mapping, columns: withKey(mapping.columns, field, event.currentTarget.value) })
                  }
                >
                  <option value="">{t('import.noColumn')}</option>
                  {headings.map((heading) => (
                    <option key={heading} value={heading}>
                      {heading}
                    </option>
                  ))}
                </select>
              </td>
              <td>
                <input
                  name={`constant-${field}`}
                  aria-label={`${fieldName(field)}: ${t('import.constant')}`}
                  disabled={busy}
                  value={mapping.constants[field] ?? ''}
                  onChange={(event) =>
                    onMapping({
                      ...mapping,
                      constants: withKey(mapping.constants, field, event.currentTarget.value.trim()),
                    })
                  }
                />
              </td>
              <td class="sample">{sampleOf(field)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
