/**
 * What a key name says about its value: `secret` always holds one, `token` holds one when the value looks random
 * (a page token or a word does not), `key` only when it looks like key material, `ssn` when it has nine digits, `pwd` unless it is a working directory.
 */
export type KeyClass = 'secret' | 'token' | 'key' | 'ssn' | 'cookie' | 'pwd'

const MAX_KEY = 64
const HINT = /pass|pwd|secret|token|key|auth|cred|cookie|cv[vc]|ssn|social|connection/i

// matched against key names with all but the letters removed
const SECRET =
  /(?:passwor[dt]|passwd|passphrase|passcode|pwd|secret|credential|authorization|connectionstring|cv[vc]2?|cardsecuritycode|(?:api|access|private|secret|signing|encryption|master|account|shared|auth)key(?:base)?|(?:access|refresh|api|auth|bearer|id|session|csrf|xsrf|client|bot|deploy)token)s?$/
const NOT_SECRET_TOKEN =
  /(?:next|previous|prev|page|paging|continuation|sync|cursor|eos|bos|pad|unk|stop|max|min|per|special|mask|sep|cls|start|end|first|last)tokens?$/
const NOT_SECRET_KEY =
  /(?:public|primary|foreign|cache|sort|partition|idempotency|object|row|item|group|lookup|map|index|storage)keys?$/
const SUFFIX = /(?:value|plaintext|plain|raw|base64|b64|hash|confirmation|confirm)$/

const MAX_KNOWN = 4096
const known = new Map<string, KeyClass | undefined>()

/** What the name of a member, header, parameter or variable says about its value, or undefined if nothing. */
export function classifyKey(key: string): KeyClass | undefined {
  const name = key.length > MAX_KEY ? key.slice(-MAX_KEY) : key
  const before = known.get(name)
  if (before !== undefined || known.has(name)) return before
  const found = classifyName(name)
  // names repeat; where they do not, they are forgotten all at once
  if (known.size === MAX_KNOWN) known.clear()
  known.set(name, found)
  return found
}

function classifyName(name: string): KeyClass | undefined {
  if (!HINT.test(name)) return undefined
  const letters = name.replace(/[^A-Za-z]/g, '').toLowerCase()
  return classifyLetters(letters) ?? classifyLetters(letters.replace(SUFFIX, '')) ?? classifyWord(name)
}

function classifyLetters(letters: string): KeyClass | undefined {
  if (letters === 'pwd' || letters === 'oldpwd') return 'pwd'
  if (SECRET.test(letters)) return 'secret'
  if (letters.endsWith('cookie') || letters.endsWith('cookies')) return 'cookie'
  if (letters.endsWith('token')) return NOT_SECRET_TOKEN.test(letters) ? undefined : 'token'
  if (
    letters.endsWith('ssn') ||
    letters.endsWith('socialsecuritynumber') ||
    letters.endsWith('socialsecurity')
  )
    return 'ssn'
  return letters.endsWith('key') && !NOT_SECRET_KEY.test(letters) ? 'key' : undefined
}

/** Short names that are the ends of other words too (bypass, compass). */
function classifyWord(key: string): KeyClass | undefined {
  return /(?:^|[^A-Za-z]|[a-z](?=[A-Z]))(?:pass|PASS|Pass|auth|AUTH|Auth)\d?$/.test(key) ? 'token' : undefined
}

const PLACEHOLDER =
  /^(?:\[REDACTED:[\w-]+\]|[*•.…]+|x{3,}|<[^>]{0,64}>|\$\w{1,64}|\$\{.{0,64}\}|\$\(.{0,64}\)|\{\{?.{0,64}\}\}?|%\w{1,64}%|%[sd]|strings?|str|text|bytes|buffer|boolean|bool|number|integer|int|any|unknown|object|null|none|nil|undefined|true|false|required|optional|include|same-origin|omit|process\.env.{0,64}|os\.environ.{0,64})$/i

/** Whether a value under a key of this class is a secret, judged as the whole value. */
export function isSecretValue(keyClass: KeyClass, value: string): boolean {
  // a long value is never a placeholder
  if (value === '' || (value.length <= 96 && PLACEHOLDER.test(value.trim()))) return false
  switch (keyClass) {
    case 'secret':
      return true
    case 'pwd':
      return !/^(?:[~/]|[A-Za-z]:[\\/]|\$)/.test(value)
    case 'cookie':
      return /^[^\s=]{1,256}=/.test(value) || /^\S{16}/.test(value)
    case 'ssn':
      return /^\D{0,4}\d{3}[- .]?\d{2}[- .]?\d{4}\D{0,4}$/.test(value.slice(0, 24))
    case 'token':
      return value.length >= 8 && !/\s/.test(value.slice(0, 256)) && (value.length >= 20 || /\d/.test(value))
    case 'key':
      return value.length >= 20 && isKeyMaterial(value.slice(0, 256))
  }
}

const MIN_ENTROPY = 3.5

function isKeyMaterial(value: string): boolean {
  if (!/^[\w+/=.~-]+$/.test(value) || !/\d/.test(value) || !/[a-z]/.test(value) || !/[A-Z]/.test(value))
    return false
  return entropy(value) >= MIN_ENTROPY
}

/** Shannon entropy in bits per character. */
function entropy(value: string): number {
  const counts = new Map<string, number>()
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length)
  return bits
}
