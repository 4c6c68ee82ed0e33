import { PriorityIcon } from '../shell/icons.tsx'
import { t } from '../text/manage.ts'
import { isCovered, type Told } from './coverage.ts'
import { minutesText } from './words.ts'

const nameOf = ({ name, digestMinutes, sometimes }: Told['by'][number]): string => {
  const how = digestMinutes === 0 ? name : t('notify.gathered', { name, time: minutesText(digestMinutes) })
  return sometimes ? t('notify.sometimes', { name: how }) : how
}

/** In one look: of which alarms nobody would hear. */
export const CoveragePanel = ({ told }: { told: readonly Told[] }) => (
  <section class="panel padded" aria-labelledby="who-is-told">
    <h2 id="who-is-told">{t('notify.who')}</h2>
    <dl class="told">
      {told.map((one) => (
        <div key={one.priority} class={isCovered(one) ? '' : 'untold'}>
          <dt>
            <PriorityIcon priority={one.priority} quiet={isCovered(one)} /> {t(`priority.${one.priority}`)}
          </dt>
          <dd>
            {one.by.length === 0 ? <b>{t('notify.nobody')}</b> : one.by.map(nameOf).join(' · ')}
            {one.then.map(({ name, minutes }) => (
              <span class="told-then" key={`${name} ${minutes}`}>
                {t('notify.then', { time: minutesText(minutes), name })}
              </span>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  </section>
)
