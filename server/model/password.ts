/** Characters that are the chooser's own, after everything that guessing programs try first counts as one. */
const LEAST_OWN = 6

/**
 * What the published lists of leaked passwords are made of (their top few thousand of ten characters and more are nearly
 * all of them joined with each other, numbers and marks): words, names, and in pinyin. In lower case, marks put back.
 */
const WORDS = `
password passwort passord contrasena motdepasse senha parola wachtwoord haslo passwd pass word
admin administrator root user guest test tester demo login welcome hello default changeme change secret letmein
access master manager system server service office computer internet windows microsoft google facebook youtube
linkedin samsung iphone android oracle cisco dell toshiba lenovo huawei xiaomi alibaba taobao tencent wechat baidu
iloveyou ilove love lover lovely loveme forever always baby babygirl princess prince queen king angel angels devil
sunshine moonlight rainbow flower flowers butterfly chocolate cookie cookies banana apple orange cherry peanut
football baseball basketball soccer hockey tennis golf liverpool chelsea arsenal barcelona madrid juventus manchester
monkey dragon tiger lion eagle eagles shadow wolf bear horse dog doggy cat kitty dolphin turtle snoopy garfield
superman batman spiderman ironman starwars pokemon pikachu naruto minecraft fortnite nintendo playstation xbox
michael michelle jennifer jessica jordan ashley amanda daniel thomas robert andrew anthony charlie charles william
joshua matthew nicole hannah george david james john maria anna alex sarah sophie oliver emma richard patrick
mustang ferrari porsche mercedes yamaha harley corvette camaro toyota honda
summer winter spring autumn january february march april may june july august september october november december
monday tuesday wednesday thursday friday saturday sunday today tomorrow
freedom whatever nothing trustno trust nobody somebody fuckyou fuck killer hunter ranger soldier pirate ninja
london paris berlin china america canada england france germany shanghai beijing newyork texas
qazwsx qaz wsx edc rfv zaqxsw zaq xsw qweasd qweasdzxc asdzxc zxcasd 1qaz 2wsx 3edc 4rfv 5tgb
1q2w3e4r5t 1q2w3e4r 1q2w3e q1w2e3r4t5 q1w2e3r4 a1b2c3d4e5 a1b2c3d4 a1b2c3 1a2b3c4d5e 1a2b3c 520 1314 1314520 5201314
woaini aini wobuaini woai nihao mima woaiwojia laopo laogong baobao zhongguo shanghai beijing chengdu wangyut
chemical chemicals logistics shipment shipping supplier carrier buyer company zaitu zaitong
`
  .split(/\s+/)
  .filter((word) => word.length > 2)
  .sort((one, other) => other.length - one.length)

/** Rows of keys, and the alphabet: any run of three and more along one, either way, is one idea. */
const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'azertyuiop',
]
const BOTH_WAYS = [...ROWS, ...ROWS.map((row) => [...row].reverse().join(''))]

const MARKS: Record<string, string> = {
  '@': 'a',
  $: 's',
  '0': 'o',
  '1': 'i',
  '!': 'i',
  '3': 'e',
  '5': 's',
  '7': 't',
  '4': 'a',
}
const unmarked = (text: string): string => [...text].map((sign) => MARKS[sign] ?? sign).join('')

/** How long the piece is that begins here and counts as one character; at least 1. */
const pieceAt = (text: string, plain: string, at: number, words: readonly string[]): number => {
  let longest = 1
  for (const word of words)
    if (text.startsWith(word, at) || plain.startsWith(word, at)) {
      longest = word.length
      break
    }
  for (const row of BOTH_WAYS) {
    const from = row.indexOf(text.charAt(at))
    if (from < 0) continue
    let length = 1
    while (at + length < text.length && from + length < row.length && text[at + length] === row[from + length]) length++
    if (length >= 3 && length > longest) longest = length
  }
  const number = /^(?:19|20)\d\d/.exec(text.slice(at, at + 4))?.[0].length ?? 0
  // what was there just before, once more: aaaa, abab, 123123
  for (let period = 1; period <= at; period++) {
    let length = 0
    while (at + length < text.length && text[at + length] === text[at + length - period]) length++
    if (length >= period && length >= 2 && length > longest) longest = length
  }
  return Math.max(longest, number)
}

const ownCharacters = (password: string, words: readonly string[]): number => {
  const text = password.toLowerCase()
  const plain = unmarked(text)
  let own = 0
  for (let at = 0; at < text.length; at += pieceAt(text, plain, at, words)) own++
  return own
}

/**
 * Why this can't be somebody's password; null when it can. Ten characters or more (NIST SP 800-63B, 5.1.1.2, asks for
 * eight, and for a check against what is commonly used): neither one's own address or name, nor only words, runs of keys,
 * years and repeats that every guessing program tries first. No rules about kinds of characters, as that standard advises.
 */
export const whyNoPassword = (password: string, { email, name }: { email: string; name: string }): string | null => {
  if ([...password].length < 10) return 'A password has at least 10 characters.'
  const parts = [email, ...email.split(/[@.+_-]/), ...name.split(/\s+/)]
  const theirs = parts.map((part) => part.toLowerCase()).filter((part) => part.length > 2)
  if (password.toLowerCase() === email.toLowerCase()) return 'A password is not the e-mail address.'
  if (/^\d+$/.test(password)) return 'Digits alone are guessed within seconds. Add a few words of your own.'
  const words = [...theirs.sort((one, other) => other.length - one.length), ...WORDS]
  if (ownCharacters(password, words) < LEAST_OWN)
    return 'This password is among the first that are guessed. Add a few words of your own.'
  return null
}
