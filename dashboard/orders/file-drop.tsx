import { useSignal } from '@preact/signals'
import { t } from '../text/orders.ts'

/** Where a file is chosen or dropped. */
export const FileDrop = ({ reading, onFile }: { reading: string | null; onFile(file: File): void }) => {
  const over = useSignal(false)
  const take = (files: FileList | null | undefined): void => {
    const [file] = files ?? []
    if (file !== undefined) onFile(file)
  }
  return (
    <section
      class={over.value ? 'drop over' : 'drop'}
      aria-label={t('import.choose')}
      onDragOver={(event) => {
        event.preventDefault()
        over.value = true
      }}
      onDragLeave={() => {
        over.value = false
      }}
      onDrop={(event) => {
        event.preventDefault()
        over.value = false
        take(event.dataTransfer?.files)
      }}
    >
      {reading === null ? (
        <>
          <label class="button primary">
            <span>{t('import.choose')}</span>
            <input
              type="file"
              name="file"
              accept=".csv,.txt,.tsv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
              onChange={(event) => {
                take(event.currentTarget.files)
                // the same file may be chosen again after it was changed
                event.currentTarget.value = ''
              }}
            />
          </label>
          <p class="muted">{t('import.drop')}</p>
        </>
      ) : (
        <p role="status">{t('import.reading', { name: reading })}</p>
      )}
    </section>
  )
}
