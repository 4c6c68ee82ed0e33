import { useSignal } from '@preact/signals'
import type { ApiToken } from '../../server/model/token.ts'
import { Confirm } from '../manage/confirm.tsx'
import { Copyable } from '../manage/copyable.tsx'
import { useList } from '../manage/list.ts'
import { Once } from '../manage/once.tsx'
import { useOpened } from '../manage/opened.ts'
import { Head, type PageProps, Row, Rows } from '../manage/page.tsx'
import { setParams } from '../state/address.ts'
import { now } from '../state/clock.ts'
import { t } from '../text/manage.ts'
import { ago, dayTime } from '../text/times.ts'
import { useZaitu } from '../zaitu.ts'
import { exampleRequest } from './example.ts'
import { TokenForm } from './token-form.tsx'

const TokenRow = ({ token, onRevoke }: { token: ApiToken; onRevoke(): Promise<void> }) => {
  const opened = useOpened(token.id)
  const busy = useSignal(false)
  const over = token.revokedAt !== null || Date.parse(token.expiresAt) <= now.value
  const used =
    token.lastUsedAt === null ? t('tokens.neverUsed') : t('tokens.used', { ago: ago(token.lastUsedAt, now.value) })
  return (
    <Row
      id={token.id}
      title={token.name}
      facts={[
        token.revokedAt !== null
          ? t('tokens.revokedAt', { time: dayTime(token.revokedAt) })
          : t(over ? 'tokens.endedAt' : 'tokens.endsAt', { time: dayTime(token.expiresAt) }),
        used,
        token.createdBy === null ? null : t('tokens.by', { name: token.createdBy, time: dayTime(token.createdAt) }),
      ]
        .filter((part) => part !== null)
        .join(' · ')}
      faded={over}
      state={
        <>
          {over && <span class="tag strong">{t(token.revokedAt === null ? 'tokens.over' : 'tokens.revoked')}</span>}
          <span class="tag">{t(`scope.${token.scope}`)}</span>
        </>
      }
      change={over ? undefined : { ...opened, name: token.name }}
    >
      <p>{t(`scope.${token.scope}.means`)}</p>
      <Confirm
        label={t('tokens.revoke')}
        sure={t('tokens.revokeSure', { name: token.name })}
        busy={busy.value}
        onConfirm={() => {
          busy.value = true
          void onRevoke().finally(() => {
            busy.value = false
          })
        }}
      />
    </Row>
  )
}

/** The API tokens of the organisation's machines. */
export const TokensPage = ({ requests }: PageProps) => {
  const { toasts } = useZaitu()
  const tokens = useList(requests.tokens)
  const making = useSignal(false)
  const made = useSignal<(ApiToken & { token: string }) | null>(null)
  const revoke = async (token: ApiToken): Promise<void> => {
    const answer = await requests.revokeToken(token.id)
    toasts.say(answer.ok ? t('tokens.revokedNow', { name: token.name }) : answer.message)
    if (answer.ok) setParams({ open: null })
    await tokens.reload()
  }
  return (
    <>
      <Head title={t('manage.tokens')} lead={t('tokens.lead')}>
        {!making.value && (
          <button
            type="button"
            class="primary"
            onClick={() => {
              making.value = true
            }}
          >
            {t('tokens.make')}
          </button>
        )}
      </Head>
      {made.value !== null && (
        <Once
          key={made.value.id}
          title={t('tokens.made', { name: made.value.name })}
          why={t('tokens.once')}
          done={t('devices.stored')}
          onClose={() => {
            made.value = null
          }}
        >
          <Copyable label={t('tokens.theToken')} text={made.value.token} />
          <Copyable
            label={t('devices.try')}
            text={exampleRequest(location.origin, made.value.scope, made.value.token)}
          />
        </Once>
      )}
      {making.value && (
        <TokenForm
          requests={requests}
          onMade={(token) => {
            making.value = false
            made.value = token
            void tokens.reload()
          }}
          onCancel={() => {
            making.value = false
          }}
        />
      )}
      <Rows
        list={tokens}
        label={t('manage.tokens')}
        none={t('tokens.none')}
        row={(token) => <TokenRow key={token.id} token={token} onRevoke={() => revoke(token)} />}
      />
    </>
  )
}
