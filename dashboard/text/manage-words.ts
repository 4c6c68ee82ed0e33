type Entry = { en: string; zh: string }

/** What the pages of an organisation say: account, people, partners, devices, tokens, audit. */
export const manageWords = {
  'manage.sections': { en: 'Sections', zh: '分区' },
} as const satisfies Record<string, Entry>
