import './record.css'
import '../exposure/exposure.css'
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Report } from '../../server/model/report.ts'
import { alarmText, ruleName } from '../alarms/alarm-text.ts'
import { ExposureFacts } from '../exposure/exposure-facts.tsx'
import { path } from '../state/address.ts'
import { e } from '../text/exposure-words.ts'
import { language, t } from '../text/language.ts'
import { r } from '../text/record-words.ts'
import { dayTime, zoneName } from '../text/times.ts'
import { number } from '../text/values.ts'
import { useZaitu } from '../zaitu.ts'
import { LimitNotes, LimitsTable } from './limits-table.tsx'
import { AdrLine, Card, People } from './papers-parts.tsx'
import { recordRequests } from './requests.ts'

const Part = ({ title, children }: { title: string; children: ComponentChildren }) => (
  <section>
    <h2>{title}</h2>
    {children}
  </section>
)

const Row = ({ label, children }: { label: string; children: ComponentChildren }) => (
  <div>
    <dt>{label}</dt>
    <dd>{children}</dd>
  </div>
)

const Trip = ({ report }: { report: Report }) => {
  const { tank, filling, organisations } = report
  const capacity = tank?.capacityLitres ?? 0
  const litres =
    filling === null
      ? `${number(capacity)} l`
      : r('papers.filled', { litres: number(capacity * filling.fraction), capacity: number(capacity) })
  const gauge = (bar: number | null): string => (bar === null ? t('app.none') : String(bar))
  return (
    <dl class="papers-facts">
      <Row label={r('papers.from')}>
        {report.origin.name}, {dayTime(report.departAt)}
      </Row>
      <Row label={r('papers.to')}>
        {report.destination.name}, {dayTime(report.eta)}
      </Row>
      {(['buyer', 'supplier', 'carrier'] as const).map(
        (part) =>
          organisations[part] !== null && (
            <Row key={part} label={r(`papers.${part}`)}>
              {organisations[part]}
            </Row>
          ),
      )}
      {tank !== null && (
        <Row label={r('papers.tank')}>
          {[tank.name, tank.provision, litres].filter((text) => text !== null).join(', ')}
          <br />
          {r('papers.gauge', {
            mawp: gauge(tank.mawpBar),
            test: gauge(tank.testPressureBar),
            relief: gauge(tank.reliefPressureBar),
          })}
        </Row>
      )}
    </dl>
  )
}

const Alarms = ({ report }: { report: Report }) =>
  report.alarms.length === 0 ? (
    <p>{r('papers.noAlarms')}</p>
  ) : (
    <>
      <table class="limits-table">
        <thead>
          <tr>
            <th scope="col">{r('papers.onset')}</th>
            <th scope="col">{r('papers.cleared')}</th>
            <th scope="col">{r('papers.what')}</th>
          </tr>
        </thead>
        <tbody>
          {report.alarms.map((alarm) => (
            <tr key={alarm.id}>
              <td>{dayTime(alarm.onset)}</td>
              <td>{alarm.clearedAt === null ? r('papers.going') : dayTime(alarm.clearedAt)}</td>
              <td>
                <b>
                  {t(`priority.${alarm.priority}`)}, {ruleName(alarm.rule)}
                </b>{' '}
                {alarmText(alarm)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {report.moreAlarms && <p class="muted">{r('papers.moreAlarms')}</p>}
    </>
  )

/** All that goes with a trip on one sheet, to read or to print. */
export const PapersPage = ({ id }: { id: string }) => {
  const { api, shared } = useZaitu()
  const report = useSignal<Report | null>(null)
  const problem = useSignal<string | null>(null)
  useEffect(() => {
    let stopped = false
    void recordRequests(api.ask)
      .report(id)
      .then((answer) => {
        if (stopped) return
        if (answer.ok) report.value = answer.value
        else problem.value = answer.message
      })
    document.querySelector('main')?.scrollTo(0, 0)
    return () => {
      stopped = true
    }
  }, [id])
  const made = report.value
  if (made === null) return <p class="page empty">{problem.value ?? t('app.loading')}</p>
  const { substance } = made
  return (
    <div class="page papers">
      <nav class="papers-bar">
        <a class="button" href={path.value}>
          ← {r('papers.back')}
        </a>
        {/* a download sends no header, and by that alone a shared page may speak */}
        {!shared &&
          (['csv', 'parquet'] as const).map((format) => (
            <a key={format} class="button" href={`/api/v1/shipments/${id}/export?format=${format}`} download>
              {r(`papers.${format}`)}
            </a>
          ))}
        <button type="button" class="primary" onClick={() => print()}>
          {r('papers.print')}
        </button>
      </nav>
      <article class="panel sheet">
        <header>
          <p class="muted">
            Zaitu 在途 · {r('papers.head')} · {r('papers.made', { time: dayTime(made.generatedAt), zone: zoneName() })}
          </p>
          <h1>{made.reference}</h1>
          <p>
            {substance.un !== null && <b>UN {substance.un} </b>}
            {language.value === 'zh' && substance.nameZh !== null ? substance.nameZh : substance.name} · CAS{' '}
            {substance.cas} · {t(`phase.${made.phase}`)}
          </p>
        </header>
        <Part title={r('papers.adr')}>
          <AdrLine report={made} />
        </Part>
        <Part title={r('papers.people')}>
          <People report={made} />
        </Part>
        <Part title={r('papers.card')}>
          <Card report={made} />
        </Part>
        <Part title={r('papers.trip')}>
          <Trip report={made} />
        </Part>
        <Part title={r('limits.title')}>
          {made.limits.limits.length === 0 ? <p>{r('limits.none')}</p> : <LimitsTable sources={made.limits} />}
          <LimitNotes sources={made.limits} open />
        </Part>
        {made.exposure !== null && (
          <Part title={e('exposure.title')}>
            <ExposureFacts
              exposure={made.exposure}
              product={language.value === 'zh' && substance.nameZh !== null ? substance.nameZh : substance.name}
            />
          </Part>
        )}
        <Part title={r('papers.alarms')}>
          <Alarms report={made} />
        </Part>
      </article>
    </div>
  )
}
