import { classifyKey, isSecretValue, type KeyClass } from './sensitive-key.ts'

/**
 * What the name of a member says about its value: the kind of the secret it holds, or undefined. `holder` is read only
 * for lists of named values (`{ name: 'password', value: … }`).
 */
export function sensitiveMember(key: string, value: unknown, holder: object): 'secret' | 'ssn' | undefined {
  const keyClass = classifyKey(key) ?? classOfName(key, holder)
  if (keyClass === undefined || !holdsSecret(keyClass, value)) return undefined
  return keyClass === 'ssn' ? 'ssn' : 'secret'
}

function classOfName(key: string, holder: object): KeyClass | undefined {
  if (key !== 'value' && key !== 'Value') return undefined
  for (const naming of ['name', 'key', 'header', 'field', 'Name', 'Key']) {
    const name: unknown = Reflect.get(holder, naming)
    if (typeof name === 'string') return classifyKey(name)
  }
  return undefined
}

function holdsSecret(keyClass: KeyClass, value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return isSecretValue(keyClass, value)
    case 'number':
    case 'bigint':
      return (
        (keyClass === 'secret' || keyClass === 'ssn') &&
        isSecretValue(keyClass, String(value)) &&
        value >= 100
      )
    case 'object':
      return value !== null && (keyClass === 'secret' || (keyClass === 'cookie' && !Array.isArray(value)))
    default:
      return false
  }
}
