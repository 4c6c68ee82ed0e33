import type { Alarm } from '../../server/model/alarm.ts'
import type { AlarmSource } from '../../server/model/alarm-source.ts'
import { aboutWords } from '../text/about-words.ts'
import { translator } from '../text/language.ts'
import { dayTimeSeconds } from '../text/times.ts'
import { whyWords } from '../text/why-words.ts'
import { figureRows } from './figures.ts'
import { LimitSource } from './limit-source.tsx'

const about = translator(aboutWords)
const w = translator(whyWords)

/** Why there is this alarm: the values that it was judged by, how its rule judges, and where its limit came from. */
export const Why = ({ alarm, source }: { alarm: Alarm; source: AlarmSource | null }) => (
  <section class="why">
    <dl class="figures">
      {figureRows(alarm).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
    {source !== null && <LimitSource alarm={alarm} source={source} />}
    <p>{about(`about.${alarm.rule}`)}</p>
    <p class="muted">
      {[alarm.rule, alarm.deviceId].filter((part) => part !== null).join(' · ')} ·{' '}
      {w('why.learnt', { time: dayTimeSeconds(alarm.raisedAt) })}
    </p>
  </section>
)
