import { AcknowledgeButton } from '../alarms/acknowledge.tsx'
import { alarmText } from '../alarms/alarm-text.ts'
import { hrefOf, subjectOf } from '../live/alarm-book.ts'
import { t } from '../text/language.ts'
import { useZaitu } from '../zaitu.ts'
import { PriorityIcon } from './icons.tsx'
import type { Toast } from './toasts.ts'

const Dismiss = ({ toast }: { toast: Toast }) => {
  const { toasts } = useZaitu()
  return (
    <button type="button" class="plain" onClick={() => toasts.drop(toast.id)}>
      {t('alarm.dismiss')}
    </button>
  )
}

const AlarmToast = ({ toast, alarm }: { toast: Toast; alarm: NonNullable<Toast['alarm']> }) => (
  <li class={`toast edge-${alarm.priority}`}>
    <p class={`alarm-word ${alarm.priority}`}>
      <PriorityIcon priority={alarm.priority} />
      <span class="hidden">{t('alarm.new')}: </span>
      {t(`priority.${alarm.priority}`)}: {t(`rule.${alarm.rule}`)}
    </p>
    <p>
      <a href={hrefOf(alarm)}>{subjectOf(alarm)}</a> · {alarmText(alarm)}
    </p>
    <div class="actions">
      <AcknowledgeButton
        alarmId={alarm.id}
        shipmentId={alarm.shipmentId}
        supplierId={alarm.supplierId}
        rule={alarm.rule}
        reference={subjectOf(alarm)}
      />
      <Dismiss toast={toast} />
    </div>
  </li>
)

/** New alarms and short notes, said aloud by a screen reader as they come. */
export const ToastList = () => {
  const { toasts } = useZaitu()
  return (
    <div class="toasts" aria-live="assertive">
      <ul>
        {toasts.shown.value.map((toast) =>
          toast.alarm === null ? (
            <li key={toast.id} class="toast">
              <p>{toast.text}</p>
              <div class="actions">
                <Dismiss toast={toast} />
              </div>
            </li>
          ) : (
            <AlarmToast key={toast.id} toast={toast} alarm={toast.alarm} />
          ),
        )}
      </ul>
      {toasts.hidden.value > 0 && (
        <a class="button" href="/alarms">
          {t('alarm.more', { n: toasts.hidden.value })}
        </a>
      )}
    </div>
  )
}
