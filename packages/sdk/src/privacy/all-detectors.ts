import { authorization } from './detectors/authorization.ts'
import { creditCard } from './detectors/credit-card.ts'
import { email } from './detectors/email.ts'
import { iban } from './detectors/iban.ts'
import { jsonWebToken } from './detectors/json-web-token.ts'
import { keyedSecret } from './detectors/keyed-secret.ts'
import { phone } from './detectors/phone.ts'
import { prefixedToken } from './detectors/prefixed-token.ts'
import { privateKey } from './detectors/private-key.ts'
import { socialSecurityNumber } from './detectors/social-security-number.ts'
import { urlPassword } from './detectors/url-password.ts'
import type { Detector } from './span.ts'

/** All detectors, in the order that decides what an overlapping find is called. */
export const ALL_DETECTORS: readonly Detector[] = [
  privateKey,
  prefixedToken,
  jsonWebToken,
  urlPassword,
  authorization,
  keyedSecret,
  email,
  creditCard,
  iban,
  socialSecurityNumber,
  phone,
]
