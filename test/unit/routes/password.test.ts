import { describe, expect, it } from 'vitest'
import { whyNoPassword } from '../../../server/model/password.ts'

const whose = { email: 'mei.lin@huadong.example', name: 'Mei Lin' }
const why = (password: string) => whyNoPassword(password, whose)

// from published lists of leaked passwords: the most common ones of ten characters and more, and their usual disguises
const COMMON = `
1234567890 0123456789 0987654321 12345678910 123456789a 123456789q 1234567891 1111111111 0000000000 123123123123
1q2w3e4r5t qwertyuiop qwerty1234 qwerty123456 1qaz2wsx3edc asdfghjkl123 zxcvbnm123 qwer1234qwer abcd123456 abc123456789
password12 password123 password1234 Password123! P@ssw0rd123 p@ssword2024 passw0rd!! passwordpassword welcome123
Welcome2024! welcome2025! letmein123 iloveyou12 iloveyou123 sunshine123 princess123 football123 baseball12
superman123 batman2023! michael123 jennifer12 jordan2323 liverpool1 chelsea123 charlie123 monkey1234 dragon1234
Summer2024! Winter2025!! Spring2026! January2026 Monday2026! computer123 internet12 minecraft1 pokemon123 starwars12
woaini1314 woaini520520 woaini1314520 5201314520 a123456789 aa12345678 a1b2c3d4e5 qq123456789 1122334455 112233445566
admin12345 administrator administrator1 Admin@1234 root123456 changeme123 changeme2024 test123456 demo123456 guest12345
abcdefghij abcdefghijkl abcabcabcabc aaaaaaaaaa xxxxxxxxxxxx 147258369147 987654321987 trustno1trustno1 mustang1969
zaitu12345 chemicals2026 shipment123 shipping2025 logistics1
`
  .trim()
  .split(/\s+/)

describe('a password', () => {
  it.each(COMMON)('is not %s', (password) => {
    expect([...password].length).toBeGreaterThanOrEqual(10)
    expect(why(password)).not.toBeNull()
  })

  it.each([
    'mei.lin@huadong.example',
    'MEI.LIN@huadong.example',
    'huadong2026',
    'MeiLin2026!',
    'meilinmeilin',
    'lin.mei.123',
  ])('is not one’s own address or name: %s', (password) => expect(why(password)).not.toBeNull())

  it.each(['short', '', '九个字符的密码不够'])('is not shorter than ten characters: %s', (password) =>
    expect(why(password)).toContain('at least 10'),
  )

  it.each([
    'correct horse battery staple',
    'kettle-orbit-92',
    'rvK8#pQz2!',
    'tea with Zhao at nine',
    '春江潮水连海平海上明月',
    'x7f9-22ka-8h1m',
    'vierzig Fässer Methanol',
  ])('may be %s', (password) => expect(why(password)).toBeNull())

  it('is judged within milliseconds, however long', () => {
    for (const piece of ['a', 'ab', 'abcdefghij', 'password', 'x9']) {
      const at = performance.now()
      why(piece.repeat(1024).slice(0, 1024))
      expect(performance.now() - at).toBeLessThan(250)
    }
  })
})
