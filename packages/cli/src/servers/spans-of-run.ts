import { memberOf, notOurs, persistently, refusal, type Server } from '../transfer/server-client.ts'

const PAGE = 5_000

/** The spans that a server has of a run, as lines of OTLP JSON. */
export async function spansOfRun(server: Server, id: string): Promise<string> {
  const never = new AbortController().signal
  let lines = ''
  for (let offset = 0; ; offset += PAGE) {
    const path = `/api/v1/runs/${encodeURIComponent(id)}/spans?limit=${PAGE}&offset=${offset}`
    const response = await persistently(server, { path }, never)
    if (!response.ok) throw await refusal(server, response)
    const page = (await response.json().catch(() => undefined)) as unknown
    const count = countOf(page)
    if (count === undefined) throw notOurs(server, 'it did not answer with spans')
    if (count > 0) lines += `${JSON.stringify(page)}\n`
    if (count < PAGE) return lines
  }
}

function countOf(page: unknown): number | undefined {
  const resources = memberOf(page, 'resourceSpans')
  if (!Array.isArray(resources)) return undefined
  return resources
    .flatMap((resource) => listOf(resource, 'scopeSpans'))
    .reduce<number>((sum, scope) => sum + listOf(scope, 'spans').length, 0)
}

function listOf(value: unknown, name: string): readonly unknown[] {
  const list = memberOf(value, name)
  return Array.isArray(list) ? list : []
}
