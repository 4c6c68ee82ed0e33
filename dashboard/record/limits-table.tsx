import type { LimitSources } from '../../server/model/record.ts'
import { ruleName } from '../alarms/alarm-text.ts'
import { t } from '../text/language.ts'
import { r } from '../text/record-words.ts'
import { withUnit } from '../text/values.ts'
import { sourceText } from './source-text.ts'

/** The limits that count, each with what it follows from and who set it. */
export const LimitsTable = ({ sources }: { sources: LimitSources }) => (
  <table class="limits-table">
    <thead>
      <tr>
        <th scope="col">{r('limits.side')}</th>
        <th scope="col" class="numeric">
          {r('limits.value')}
        </th>
        <th scope="col">{r('limits.source')}</th>
        <th scope="col">{r('limits.setBy')}</th>
      </tr>
    </thead>
    <tbody>
      {sources.limits.map((limit) => (
        <tr key={`${limit.measure} ${limit.side}`}>
          <th scope="row">
            {t(`measure.${limit.measure}`)} <span class="muted">{r(`side.${limit.side}`)}</span>
          </th>
          <td class="numeric">{withUnit(limit.measure, limit.value)}</td>
          <td>
            {sourceText(limit.rule)}
            {limit.reason !== null && <span class="limit-reason">“{limit.reason}”</span>}
          </td>
          <td>
            {limit.setBy ?? r('limits.record')}
            {limit.consentBy !== null && <span class="muted"> {r('limits.consentBy', { name: limit.consentBy })}</span>}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)

/** Whether temperature control applies, how full it may be, what does not count and what could not be derived. */
export const LimitNotes = ({ sources, open }: { sources: LimitSources; open: boolean }) => {
  // a server of the version before, while both run, does not say which rules lack what
  const { temperatureControl: control, filling, overruled, disabled, advisory, rulesNotWatching = [] } = sources
  return (
    <div class="limit-notes">
      <p>
        <b>{r(control.applies ? 'limits.control.yes' : 'limits.control.no')}</b>{' '}
        <span class="muted">{sourceText(control.because)}</span>
      </p>
      {filling !== null && (
        <p class={filling.overfilled ? 'overfilled' : undefined}>
          {filling.overfilled && <b>{r('limits.overfilled')}: </b>}
          {r('limits.filling', {
            fraction: Math.round(filling.fraction * 1e4) / 100,
            celsius: withUnit('temperature', filling.celsius),
            highest: Math.round(filling.highest * 1e4) / 100,
            rule: sourceText(filling.rule),
          })}
        </p>
      )}
      {rulesNotWatching.length > 0 && (
        <details open={open}>
          <summary>
            {r('limits.notWatching')} ({rulesNotWatching.length})
          </summary>
          <ul>
            {rulesNotWatching.map(({ rule, because, partly }) => (
              <li key={rule}>
                {ruleName(rule)}
                {partly && ` (${r('limits.notWatching.partly')})`}: <span class="muted">{sourceText(because)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {overruled.length > 0 && (
        <details open={open}>
          <summary>
            {r('limits.overruled')} ({overruled.length})
          </summary>
          <ul>
            {overruled.map((limit) => (
              <li key={`${limit.measure} ${limit.side} ${limit.rule} ${limit.value}`}>
                {t(`measure.${limit.measure}`)}, {r(`side.${limit.side}`)}: {withUnit(limit.measure, limit.value)}{' '}
                <span class="muted">
                  ({limit.setBy ?? sourceText(limit.rule)}) {sourceText(limit.because)}
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {disabled.length + advisory.length > 0 && (
        <details open={open}>
          <summary>
            {r('limits.disabled')} ({disabled.length})
          </summary>
          <ul>
            {disabled.map(({ rule, because }) => (
              <li key={rule}>
                {sourceText(rule)}: <span class="muted">{sourceText(because)}</span>
              </li>
            ))}
            {advisory.map(({ measure, value, rule }) => (
              <li key={rule}>
                {r('limits.advisory')}: {withUnit(measure, value)} <span class="muted">({sourceText(rule)})</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}
