/** Licences that packages commonly have, as the list of SPDX names them. */
export const COMMON_LICENSES: readonly string[] = [
  '0BSD',
  'AFL-2.1',
  'AGPL-3.0',
  'AGPL-3.0-only',
  'AGPL-3.0-or-later',
  'Apache-2.0',
  'Artistic-1.0',
  'Artistic-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BSD-3-Clause-Clear',
  'BSL-1.0',
  'BUSL-1.1',
  'CC-BY-3.0',
  'CC-BY-4.0',
  'CC-BY-SA-3.0',
  'CC-BY-SA-4.0',
  'CC0-1.0',
  'CDDL-1.0',
  'Elastic-2.0',
  'EPL-1.0',
  'EPL-2.0',
  'EUPL-1.1',
  'EUPL-1.2',
  'GPL-2.0',
  'GPL-2.0-only',
  'GPL-2.0-or-later',
  'GPL-3.0',
  'GPL-3.0-only',
  'GPL-3.0-or-later',
  'ISC',
  'JSON',
  'LGPL-2.1',
  'LGPL-2.1-only',
  'LGPL-2.1-or-later',
  'LGPL-3.0',
  'LGPL-3.0-only',
  'LGPL-3.0-or-later',
  'MIT',
  'MIT-0',
  'MPL-1.1',
  'MPL-2.0',
  'MS-PL',
  'NCSA',
  'ODC-By-1.0',
  'OFL-1.1',
  'PostgreSQL',
  'PSF-2.0',
  'Python-2.0',
  'SSPL-1.0',
  'Unicode-3.0',
  'Unicode-DFS-2016',
  'Unlicense',
  'UPL-1.0',
  'W3C',
  'WTFPL',
  'X11',
  'Zlib',
]

const ids: ReadonlyMap<string, string> = new Map(COMMON_LICENSES.map((id) => [id.toLowerCase(), id]))

/**
 * A licence as SPDX writes it, where it is one of the licences that packages commonly have, or an expression of them;
 * nothing for all others, which formats give by their name.
 */
export function spdxLicense(text: string): string | undefined {
  const tokens = text.match(/[()]|[^\s()]+/g) ?? []
  if (tokens.length > 64) return undefined
  let at = 0

  function part(): string | undefined {
    const token = tokens[at++]
    if (token === undefined) return undefined
    if (token !== '(') return ids.get(token.toLowerCase())
    const inner = expression()
    return inner === undefined || tokens[at++] !== ')' ? undefined : `(${inner})`
  }

  function expression(): string | undefined {
    let all = part()
    while (all !== undefined && /^(AND|OR)$/i.test(tokens[at] ?? '')) {
      const operator = tokens[at++]?.toUpperCase()
      const next = part()
      all = next === undefined ? undefined : `${all} ${operator} ${next}`
    }
    return all
  }

  const whole = expression()
  return at === tokens.length ? whole : undefined
}
