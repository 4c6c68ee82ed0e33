import { whyNoPassword } from '../model/password.ts'
import { refusal } from './problem.ts'

export const requireGoodPassword = (password: string, whose: { email: string; name: string }): void => {
  const reason = whyNoPassword(password, whose)
  if (reason !== null) throw refusal(400, reason, { errors: [{ path: 'password', message: reason }] })
}
