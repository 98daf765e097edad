/** How a program could take the text of a path; every way counts. */
export interface PathReading {
  /** `/`, `C:/` or `//server/`, empty where the path is relative. */
  readonly root: string
  /** Names below the root, without `.` and `..`. */
  readonly names: readonly string[]
  /** Whether it leaves the folder that it starts in, being relative. */
  readonly climbs: boolean
}

const MAX_LENGTH = 4096
const MAX_DECODINGS = 5
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Zl}\p{Zp}]/u
// what a shell or a library would replace before it looks for the file
const EXPANDED = /^~|\$[\w({]|`|%[A-Za-z_]\w*%|%u[\da-fA-F]{4}/
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]+:/
const DRIVE = /^[A-Za-z]:/
const DOTS = /^[. ]*$/
const SHORT_NAME = /~\d/

/** Gives each way in which a path can be read, `undefined` where one of them cannot be followed. */
export function readingsOf(text: string): readonly PathReading[] | undefined {
  if (text === '' || text.length > MAX_LENGTH) return undefined
  const spellings = spellingsOf(text)
  if (spellings === undefined) return undefined
  const readings: PathReading[] = []
  for (const spelling of spellings) {
    const reading = readPath(spelling)
    if (reading === undefined) return undefined
    readings.push(reading)
  }
  return readings
}

/** The path as it is, percent-decoded as often as it can be, in compatibility form, and with each backslash a slash. */
function spellingsOf(text: string): ReadonlySet<string> | undefined {
  const spellings = new Set([text])
  let decoded = text
  for (let round = 0; /%[0-9a-f]{2}/i.test(decoded); round++) {
    if (round === MAX_DECODINGS) return undefined
    try {
      decoded = decodeURIComponent(decoded)
    } catch {
      return undefined
    }
    spellings.add(decoded)
  }
  const plain = Array.from(spellings, (spelling) => spelling.normalize('NFKC'))
  const all = [...spellings, ...plain]
  return new Set([...all, ...all.map((spelling) => spelling.replaceAll('\\', '/'))])
}

function readPath(text: string): PathReading | undefined {
  // with a drive or a server it is one of Windows
  const path = /^(?:[A-Za-z]:|\\\\)/.test(text) ? text.replaceAll('\\', '/') : text
  if (UNSEEN.test(path) || EXPANDED.test(path) || SCHEME.test(path)) return undefined
  const root = rootOf(path)
  if (root === undefined) return undefined
  const names: string[] = []
  let climbs = false
  for (const name of path.slice(root.length).split('/')) {
    if (name === '' || name === '.') continue
    if (name === '..') {
      if (names.pop() === undefined && root === '') climbs = true
      continue
    }
    if (!isPlainName(name, root)) return undefined
    names.push(name)
  }
  return { root: DRIVE.test(root) ? root.toUpperCase() : root, names, climbs }
}

function rootOf(path: string): string | undefined {
  if (path.startsWith('//')) {
    const unc = /^\/\/[^/?.][^/]*\//.exec(`${path}/`)?.[0]
    return unc === undefined || unc.length > path.length ? undefined : unc
  }
  if (path.startsWith('/')) return '/'
  if (!DRIVE.test(path)) return ''
  // `C:x` lies in whichever folder is current on that drive
  return path[2] === '/' ? path.slice(0, 3) : undefined
}

// Windows drops dots and spaces at the end of a name, opens streams after a colon, and has short names
function isPlainName(name: string, root: string): boolean {
  if (DOTS.test(name)) return false
  return root === '/' || root === '' ? true : !name.includes(':') && !SHORT_NAME.test(name)
}
