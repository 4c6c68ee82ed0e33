import type { ComponentChildren } from 'preact'
import type { ShipmentDetail } from '../../server/model/shipment.ts'
import { isOld } from '../fleet/attention.ts'
import { secondsLeft, substanceName } from '../fleet/row.tsx'
import { limitText, OutsideMark, outside } from '../fleet/value.tsx'
import { ClockIcon, PhoneIcon } from '../shell/icons.tsx'
import { heardUpTo, now } from '../state/clock.ts'
import { t } from '../text/language.ts'
import { ago, dayTime, dayTimeSeconds, duration } from '../text/times.ts'
import { plain, unitSign } from '../text/values.ts'
import type { Measure } from '../units.ts'
import { useZaitu } from '../zaitu.ts'

const Tile = ({ shipment, measure, tone }: { shipment: ShipmentDetail; measure: Measure; tone: string }) => {
  const value = shipment.newest?.[measure] ?? null
  const side = outside(measure, value, shipment.limits)
  return (
    <div class="tile">
      <h2>{t(`measure.${measure}`)}</h2>
      <p class={side === null ? 'tile-number' : `tile-number outside ${tone}`}>
        {side !== null && <OutsideMark side={side} />}
        {plain(measure, value)} <span class="unit">{unitSign(measure)}</span>
      </p>
      <p class="muted">
        {side !== null && <b class={`alarm-word ${tone}`}>{t(side === 'above' ? 'fleet.above' : 'fleet.below')} </b>}
        {limitText(measure, shipment.limits) ?? t('shipment.noLimit')}
      </p>
    </div>
  )
}

const OldNote = ({ shipment }: { shipment: ShipmentDetail }) => {
  if (!isOld(shipment, heardUpTo.value)) return null
  const interval = duration(shipment.reportSeconds ?? 0)
  return (
    <p class="old-note" role="status">
      <ClockIcon />{' '}
      {shipment.newest === null
        ? t('shipment.oldNone', { interval })
        : t('shipment.old', { duration: duration((now.value - Date.parse(shipment.newest.time)) / 1000), interval })}
    </p>
  )
}

const Fact = ({ label, children }: { label: string; children: ComponentChildren }) => (
  <div>
    <dt>{label}</dt>
    <dd>{children}</dd>
  </div>
)

type HeadProps = { shipment: ShipmentDetail; actions?: ComponentChildren }

/** Who it is, where it goes, what it reads now against its limits, whom to call. */
export const Head = ({ shipment, actions }: HeadProps) => {
  const { shared } = useZaitu()
  const { newest } = shipment
  const left = secondsLeft(shipment, now.value)
  const tone = shipment.worstAlarm?.priority ?? 'high'
  const old = isOld(shipment, heardUpTo.value)
  const delay = newest === null ? 0 : (Date.parse(newest.receivedAt) - Date.parse(newest.time)) / 1000
  return (
    <>
      <header class="shipment-head">
        {!shared && (
          <nav aria-label={t('shipment.back')}>
            <a href="/">← {t('shipment.back')}</a>
          </nav>
        )}
        <h1>
          {shipment.reference}{' '}
          <span class="head-substance">
            {shipment.substance.un !== null && <b>UN {shipment.substance.un}</b>} {substanceName(shipment)}
          </span>
        </h1>
        <p class="muted">
          {t(`phase.${shipment.phase}`)} · {shipment.origin.name} → {shipment.destination.name} · CAS{' '}
          {shipment.substance.cas}
        </p>
        {actions}
      </header>
      <OldNote shipment={shipment} />
      <section class={old ? 'tiles panel aged' : 'tiles panel'} aria-label={t('shipment.reading')}>
        <Tile shipment={shipment} measure="temperature" tone={tone} />
        <Tile shipment={shipment} measure="pressure" tone={tone} />
        <Tile shipment={shipment} measure="level" tone={tone} />
        <dl class="facts-list">
          <Fact label={t('shipment.arrival')}>
            {dayTime(shipment.eta)}
            {left !== null && (
              <b>
                {' '}
                {left < 0 ? t('time.late', { duration: duration(left) }) : t('time.left', { duration: duration(left) })}
              </b>
            )}
          </Fact>
          <Fact label={t('shipment.departed')}>{dayTime(shipment.departAt)}</Fact>
          {shipment.lines.length > 0 && !shared && (
            <Fact label={t('shipment.lines')}>
              <span class="shipment-lines">
                {shipment.lines.map(({ orderId, number, line, quantity, unit }) => (
                  <a key={`${orderId} ${line}`} href={`/orders/${orderId}/${encodeURIComponent(line)}`}>
                    {number} / {line}: {quantity} {unit}
                  </a>
                ))}
              </span>
            </Fact>
          )}
          <Fact label={t('shipment.reading')}>
            {newest === null ? (
              t('fleet.noReading')
            ) : (
              <>
                {dayTimeSeconds(newest.time)}, {ago(newest.time, now.value)}
                {delay > 3 * (shipment.reportSeconds ?? 60) && (
                  <span class="muted"> ({t('shipment.lateBy', { duration: duration(delay) })})</span>
                )}
              </>
            )}
          </Fact>
          <Fact label={t('shipment.device')}>
            {newest?.deviceId ?? shipment.assignments.at(-1)?.deviceId ?? t('app.none')}
            {typeof newest?.battery === 'number' && ` · ${t('measure.battery')} ${Math.round(newest.battery)} %`}
          </Fact>
        </dl>
        <div class="contacts">
          <h2>{t('shipment.contacts')}</h2>
          {shipment.contacts.length === 0 ? (
            <p class="muted">{t('shipment.noContacts')}</p>
          ) : (
            <ul>
              {shipment.contacts.map((contact) => (
                <li key={contact.phone}>
                  <PhoneIcon /> <a href={`tel:${contact.phone.replaceAll(' ', '')}`}>{contact.phone}</a> {contact.name}{' '}
                  <span class="muted">{contact.role}</span>
                </li>
              ))}
            </ul>
          )}
        </div>
      </section>
    </>
  )
}
