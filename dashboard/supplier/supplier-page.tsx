import { useEffect, useReducer } from 'preact/hooks'
import { Foot } from './foot.tsx'
import { isChinese, locale, switchLanguage, t } from './language.ts'
import { LineCard } from './line-card.tsx'
import { lineKey, type PageState, type State } from './page-state.ts'
import { Sync } from './sync.tsx'

const Language = ({ onSwitch }: { onSwitch(): void }) => (
  <button
    type="button"
    class="plain language"
    lang={isChinese() ? 'en' : 'zh'}
    onClick={() => {
      switchLanguage()
      document.documentElement.lang = locale()
      onSwitch()
    }}
  >
    {isChinese() ? 'English' : '中文'}
  </button>
)

/** Nothing to show: why, and what becomes of what waits. */
const Nothing = ({ phase, waiting }: { phase: State['phase']; waiting: number }) => (
  <section class="nothing" role="status">
    {phase === 'opening' ? (
      <p class="muted">{t('opening')}</p>
    ) : (
      <>
        <h1>{phase === 'over' ? t('over') : t('failed')}</h1>
        <p>{phase === 'over' ? t('overDetail') : t('failedDetail')}</p>
        {waiting > 0 && <p>{t('overWaiting', { n: waiting })}</p>}
      </>
    )}
  </section>
)

/** What a supplier's link opens: its open lines, each with the stage that comes next and one button to say that it is done. */
export const SupplierPage = ({ state }: { state: PageState }) => {
  const [, draw] = useReducer((count: number, _: null) => count + 1, 0)
  useEffect(() => state.listen(() => draw(null)), [])
  const now = state.get()
  const { lines, queue } = now
  useEffect(() => {
    document.title = `${lines === null ? '' : `${lines.supplier.name} · `}Zaitu 在途`
  })
  const waiting = queue.filter(({ problem }) => problem === null).length
  return (
    <div class="supplier">
      <header>
        <span class="brand">
          Zaitu <span lang="zh">在途</span>
        </span>
        <Language onSwitch={() => draw(null)} />
      </header>
      <main>
        {now.phase !== 'open' || lines === null ? (
          <Nothing phase={now.phase === 'open' ? 'opening' : now.phase} waiting={waiting} />
        ) : (
          <>
            <div class="who">
              <h1>{lines.supplier.name}</h1>
              <p class="muted">{t('for', { buyer: lines.buyer.name })}</p>
            </div>
            <Sync now={now} state={state} />
            <h2 class="hidden">{t('title')}</h2>
            {lines.items.length === 0 && <p class="empty">{t('none')}</p>}
            <ul class="lines">
              {lines.items.map((line) => (
                <LineCard key={lineKey(line)} line={line} now={now} state={state} />
              ))}
            </ul>
            <Foot lines={lines} expiresAt={now.expiresAt} />
          </>
        )}
      </main>
    </div>
  )
}
