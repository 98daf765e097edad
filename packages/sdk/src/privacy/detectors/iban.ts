import { ALNUM, isAt, startsToken } from '../characters.ts'
import type { Detector } from '../span.ts'

/** Lengths of the IBAN registry (ISO 13616), as `country code + length`. */
const REGISTRY =
  'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 ' +
  'FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 ' +
  'LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 ' +
  'RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'

const LENGTHS: ReadonlyMap<string, number> = new Map(
  REGISTRY.split(' ').map((entry): [string, number] => [entry.slice(0, 2), Number(entry.slice(2))]),
)

const CANDIDATES = /[A-Za-z]{2}\d\d/g

/** International bank account numbers: country, length and the mod 97 check (ISO 13616). */
export const iban: Detector = {
  kinds: ['iban'],
  applies: (profile) => profile.digits >= 8,
  detect(text, report) {
    CANDIDATES.lastIndex = 0
    for (let hit = CANDIDATES.exec(text); hit !== null; hit = CANDIDATES.exec(text)) {
      const start = hit.index
      const length = LENGTHS.get(hit[0].slice(0, 2).toUpperCase())
      const end = length !== undefined && startsToken(text, start) ? accountEnd(text, start, length) : -1
      if (end >= 0) report('iban', start, end)
      // the letters may be the end of an escape sequence and the country
      CANDIDATES.lastIndex = end >= 0 ? end : start + 1
    }
  },
}

/** End of the account number, written without a break or in groups of four; -1 if it is none. */
function accountEnd(text: string, start: number, length: number): number {
  const separator = text[start + 4]
  const grouped = separator === ' ' || separator === '-'
  const end = grouped ? start + length + Math.ceil(length / 4) - 1 : start + length
  const written = text.slice(start, end)
  if (isAt(text, end, ALNUM)) return -1
  if (grouped && !/^[A-Z]{2}\d\d(?:([ -])[A-Z\d]{4}(?:\1[A-Z\d]{4})*(?:\1[A-Z\d]{1,3})?)$/.test(written))
    return -1
  const compact = grouped ? written.replace(/[ -]/g, '') : written
  return compact.length === length && /^[A-Za-z\d]+$/.test(compact) && passesMod97(compact.toUpperCase())
    ? end
    : -1
}

function passesMod97(account: string): boolean {
  let remainder = 0
  for (const character of account.slice(4) + account.slice(0, 4)) {
    const value = Number.parseInt(character, 36)
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
  }
  return remainder === 1
}
