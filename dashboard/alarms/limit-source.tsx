import type { Alarm } from '../../server/model/alarm.ts'
import type { AlarmSource } from '../../server/model/alarm-source.ts'
import { sourceText } from '../record/source-text.ts'
import { t, translator } from '../text/language.ts'
import { ruleSettingWords } from '../text/rule-setting-words.ts'
import { dayTime } from '../text/times.ts'
import { number, withUnit } from '../text/values.ts'
import { whyWords } from '../text/why-words.ts'

const w = translator(whyWords)
const setting = translator(ruleSettingWords)

type Limit = NonNullable<AlarmSource['limit']>

/** Clause or person. */
const saidBy = ({ origin, rule, setBy }: Limit): string => {
  if (origin === 'record')
    return rule === null ? w('source.recordThen') : w('source.record', { rule: sourceText(rule) })
  return setBy === null ? w('source.somebody') : w('source.person', { name: setBy })
}

/** Who agreed that it is looser than the record asks for, and why it was set. */
const because = ({ measure, consentBy: name, loosens, reason }: Limit): string[] => [
  ...(name === null
    ? []
    : [
        loosens === null
          ? w('source.consent', { name })
          : w('source.loosened', { limit: withUnit(measure, loosens), name }),
      ]),
  ...(reason === null ? [] : [w('source.reason', { reason })]),
]

/** A limit that has always held begins at a time before any. */
const since = (what: string, from: string | null): string =>
  from === null || Date.parse(from) <= 0
    ? w('source.always', { what })
    : w('source.since', { what, time: dayTime(from) })

const OfLimit = ({ limit, alarm }: { limit: Limit; alarm: Alarm }) => (
  <div>
    <dt>{w('source.title')}</dt>
    <dd>
      <b>{t('alarm.of', { what: `${t(`measure.${limit.measure}`)} ${withUnit(limit.measure, limit.value)}` })}</b>
      {[since(saidBy(limit), limit.from), ...because(limit)].join(' ')}{' '}
      {alarm.shipmentId !== null && <a href={`/shipments/${alarm.shipmentId}?papers=1`}>{w('source.all')}</a>}
    </dd>
  </div>
)

const OfSetting = ({ source }: { source: NonNullable<AlarmSource['setting']> }) => {
  const { name, value, origin, setBy, from } = source
  const key = `set.${name}`
  const what = `${isSetting(key) ? setting(key) : name}: ${number(value, Number.isInteger(value) ? 0 : 2)}`
  const by = origin === 'product' ? w('source.product') : w(`source.${origin}`, { name: setBy ?? w('source.nobody') })
  return (
    <div>
      <dt>{w('source.setting')}</dt>
      <dd>
        <b>{t('alarm.of', { what })}</b>
        {since(by, from)}
      </dd>
    </div>
  )
}

const isSetting = (key: string): key is Exclude<keyof typeof ruleSettingWords, 'set.removeDelay'> =>
  key in ruleSettingWords

/** Where the limit that was passed came from, as it was at the onset; nothing where the rule has none but its own. */
export const LimitSource = ({ alarm, source }: { alarm: Alarm; source: AlarmSource }) =>
  source.limit === null && source.setting === null ? null : (
    <dl class="source">
      {source.limit !== null && <OfLimit limit={source.limit} alarm={alarm} />}
      {source.setting !== null && <OfSetting source={source.setting} />}
    </dl>
  )
