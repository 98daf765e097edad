import type { JsonObject } from './trace-store.ts'

/** Whether two contents are the same, whatever the order of their members. */
export function isSameContent(known: JsonObject, content: JsonObject): boolean {
  return inOrder(known) === inOrder(content)
}

// unlike canonical JSON it takes every text, also one that is no Unicode
function inOrder(content: JsonObject): string {
  return JSON.stringify(content, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  )
}
