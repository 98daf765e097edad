// A research agent, guarded by hooks, traced to an OTLP collector, recorded as a signed AgentRun: once on the AI SDK,
// once on LangChain, under the same policies.
import { show } from './screen.ts'
import { tellStory } from './story.ts'

const FRAMEWORKS = {
  vercel: async () => (await import('./vercel.ts')).vercel,
  langchain: async () => (await import('./langchain.ts')).langchain,
} as const

/** Shown only when they are asked for. */
const OTHERS: Readonly<Record<string, () => Promise<unknown>>> = {
  agbom: () => import('../agbom/main.ts'),
}

const names = Object.keys(FRAMEWORKS) as (keyof typeof FRAMEWORKS)[]
const given = process.argv.slice(2)
const asked = given.filter((name) => name !== '--serve')
const unknown = asked.filter((name) => !Object.hasOwn(FRAMEWORKS, name) && !Object.hasOwn(OTHERS, name))

if (unknown.length > 0) {
  const others = Object.keys(OTHERS).join(', ')
  show(
    `There is no demo of ${unknown.join(', ')}. There are: ${names.join(', ')}; without a name, both. And ${others}. With --serve, in the web view.`,
  )
  process.exitCode = 1
} else {
  const server = given.includes('--serve') ? await (await import('./serve.ts')).startDemoServer() : undefined
  for (const name of names.filter((one) => asked.length === 0 || asked.includes(one)))
    await tellStory(name, await FRAMEWORKS[name](), server)
  for (const name of asked) await OTHERS[name]?.()
  await server?.stay()
}
