import { useSignal } from '@preact/signals'
import type { Priority } from '../../server/model/alarm.ts'
import type { Channel, EscalationStep } from '../../server/model/notification.ts'
import type { Refused } from '../api/client.ts'
import { Field, FormPanel, FormProblem } from '../manage/form.tsx'
import type { Requests } from '../manage/requests.ts'
import { t } from '../text/manage.ts'
import { useZaitu } from '../zaitu.ts'
import { Pick, Ticks } from './tick.tsx'
import { minutesText, PRIORITIES, prioritiesText } from './words.ts'

type FormProps = { requests: Requests; channels: readonly Channel[]; onMade(): void; onCancel(): void }

const StepForm = ({ requests, channels, onMade, onCancel }: FormProps) => {
  const body = useSignal<Omit<EscalationStep, 'id' | 'createdAt'>>({
    channelId: channels[0]?.id ?? '',
    after: 'raised',
    minutes: 10,
    priorities: ['critical'],
  })
  const refused = useSignal<Refused | null>(null)
  const submit = async (): Promise<void> => {
    const answer = await requests.addStep(body.value)
    refused.value = answer.ok ? null : answer
    if (answer.ok) onMade()
  }
  return (
    <FormPanel title={t('notify.addStep')} onSubmit={submit}>
      <Ticks<Priority>
        label={t('notify.priorities')}
        name="step-priorities"
        options={PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`) }))}
        chosen={body.value.priorities}
        onChoose={(priorities) => {
          body.value = { ...body.value, priorities }
        }}
      />
      <div class="fields">
        <Pick
          label={t('notify.after')}
          name="after"
          options={[
            { value: 'raised', label: t('notify.afterRaised') },
            { value: 'acknowledged', label: t('notify.afterAcknowledged') },
          ]}
          chosen={body.value.after}
          onChoose={(after) => {
            body.value = { ...body.value, after }
          }}
        />
        <Field
          label={t('notify.minutes')}
          name="minutes"
          type="number"
          min="1"
          max="10080"
          step="1"
          required
          refused={refused.value}
          value={String(body.value.minutes)}
          onInput={(event) => {
            body.value = { ...body.value, minutes: event.currentTarget.valueAsNumber }
          }}
        />
        <Pick
          label={t('notify.to.channel')}
          name="step-channel"
          options={channels.map(({ id, name }) => ({ value: id, label: name }))}
          chosen={body.value.channelId}
          onChoose={(channelId) => {
            body.value = { ...body.value, channelId }
          }}
        />
      </div>
      <FormProblem refused={refused.value} fields={['minutes']} />
      <div class="actions">
        <button type="submit" class="primary" disabled={body.value.priorities.length === 0}>
          {t('notify.addStep')}
        </button>
        <button type="button" onClick={onCancel}>
          {t('manage.cancel')}
        </button>
      </div>
    </FormPanel>
  )
}

type Props = {
  requests: Requests
  channels: readonly Channel[]
  steps: readonly EscalationStep[]
  onChanged(): Promise<void>
}

/** The list by which an alarm that nobody answers goes on. */
export const StepsPart = ({ requests, channels, steps, onChanged }: Props) => {
  const { toasts } = useZaitu()
  const adding = useSignal(false)
  const remove = async (id: string): Promise<void> => {
    const answer = await requests.removeStep(id)
    if (!answer.ok) toasts.say(answer.message)
    await onChanged()
  }
  return (
    <section aria-labelledby="steps" class="part">
      <header class="manage-head">
        <div>
          <h2 id="steps">{t('notify.steps')}</h2>
          <p class="muted">{t('notify.stepsLead')}</p>
        </div>
        {!adding.value && channels.length > 0 && (
          <button
            type="button"
            onClick={() => {
              adding.value = true
            }}
          >
            {t('notify.addStep')}
          </button>
        )}
      </header>
      {adding.value && (
        <StepForm
          requests={requests}
          channels={channels}
          onMade={() => {
            adding.value = false
            void onChanged()
          }}
          onCancel={() => {
            adding.value = false
          }}
        />
      )}
      {steps.length === 0 ? (
        <p class="panel empty">{t('notify.noSteps')}</p>
      ) : (
        <ol class="panel rows" aria-label={t('notify.steps')}>
          {steps.map((step) => {
            const name = channels.find(({ id }) => id === step.channelId)?.name ?? ''
            const time = minutesText(step.minutes)
            return (
              <li class="item" key={step.id} data-item={step.id}>
                <div class="item-what">
                  <p class="item-title">
                    {t(step.after === 'raised' ? 'notify.stepRaised' : 'notify.stepAcknowledged', { time })} → {name}
                  </p>
                  <p class="item-facts">{prioritiesText(step.priorities)}</p>
                </div>
                <button
                  type="button"
                  class="item-change"
                  aria-label={t('notify.removeStepOf', { name })}
                  onClick={() => void remove(step.id)}
                >
                  {t('notify.removeStep')}
                </button>
              </li>
            )
          })}
        </ol>
      )}
    </section>
  )
}
