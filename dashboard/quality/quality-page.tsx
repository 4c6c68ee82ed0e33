import './quality.css'
import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { AlarmQuality } from '../../server/model/alarm-quality.ts'
import { Head, type PageProps } from '../manage/page.tsx'
import { param, setParams } from '../state/address.ts'
import { mayAdminister } from '../state/may.ts'
import { t } from '../text/manage.ts'
import { useZaitu } from '../zaitu.ts'
import { Figures, Offenders } from './figures.tsx'
import { createQualityRequests, type SettingsAnswer } from './requests.ts'
import { SettingsForm } from './settings-form.tsx'

const DAYS = [1, 7, 30] as const

/** How the alarm system itself does, what to change, and what that would have done. */
export const QualityPage = ({ user }: PageProps) => {
  const { api } = useZaitu()
  const requests = useMemo(() => createQualityRequests(api.ask), [api])
  const days = DAYS.find((choice) => String(choice) === param('days')) ?? 7
  const quality = useSignal<AlarmQuality | null>(null)
  const settings = useSignal<SettingsAnswer | null>(null)
  const problem = useSignal<string | null>(null)

  const load = async (): Promise<void> => {
    const [seen, set] = await Promise.all([requests.quality(days), requests.settings()])
    problem.value = seen.ok ? (set.ok ? null : set.message) : seen.message
    if (seen.ok) quality.value = seen.value
    if (set.ok) settings.value = set.value
  }
  useEffect(() => void load(), [days])

  return (
    <>
      <Head title={t('manage.quality')} lead={t('quality.lead')}>
        <div class="segments fit">
          {DAYS.map((choice) => (
            <button
              key={choice}
              type="button"
              aria-pressed={choice === days}
              onClick={() => setParams({ days: choice === 7 ? null : String(choice) })}
            >
              {t('quality.days', { n: choice })}
            </button>
          ))}
        </div>
      </Head>
      <div role="alert">{problem.value !== null && <p class="note-bad">{problem}</p>}</div>
      {quality.value !== null && (
        <>
          <Figures quality={quality.value} />
          <Offenders quality={quality.value} />
        </>
      )}
      {settings.value !== null && (
        <SettingsForm
          answer={settings.value}
          requests={requests}
          mayChange={mayAdminister(user)}
          onSaved={() => void load()}
        />
      )}
    </>
  )
}
