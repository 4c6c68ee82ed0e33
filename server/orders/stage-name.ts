/** What the stages are called that everybody knows. */
const STAGES: Record<string, readonly [zh: string, en: string]> = {
  'raw-material': ['原料到位', 'raw material'],
  'mould-opened': ['开模', 'mould opened'],
  'hot-working': ['热加工', 'hot working'],
  'heat-treated': ['热处理', 'heat treatment'],
  synthesis: ['合成', 'synthesis'],
  'quality-released': ['质检放行', 'quality release'],
  filled: ['灌装', 'filling'],
  ready: ['备妥待提', 'ready for pick-up'],
  'picked-up': ['已提货', 'picked up'],
}

/** What a stage is called in a sentence; one of an organisation's own by its id. */
export const stageName = (stage: string, language: 'en' | 'zh' = 'en'): string =>
  STAGES[stage]?.[language === 'zh' ? 0 : 1] ?? stage.replaceAll('-', ' ')
