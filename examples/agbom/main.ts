// The bill of materials of an agent: what it is made of at its start, what it finds while it runs, and how a tool that
// nobody approved is found, listed, and never used.
import assert from 'node:assert/strict'
import { generateSigningKey } from '@agent-run/types'
import { DynamicAgBOM, generateAgBOM, verifyAgBOM, type AgBOM } from '@aos/inspect'
import { AOSInstrument } from '@aos/sdk'
import { createAssistant, executed, plugin, registry } from './assistant.ts'

const APPROVED = new Set(['tool:pdf-analyzer'])

function list(agbom: AgBOM): void {
  for (const { kind, name, version = '', origin, disabled } of agbom.graph.entries)
    if (kind !== 'package')
      console.log(`  ${kind.padEnd(10)} ${`${name} ${version}`.padEnd(22)} ${disabled ? 'disabled' : origin}`)
}

async function ask(prompt: string): Promise<void> {
  console.log(`  user       ${prompt}`)
  const answer = await agent.run(prompt).then(
    (result) => String(Reflect.get(Object(result), 'text')),
    (error: unknown) => String(error),
  )
  console.log(`  answer     ${answer}`)
}

const agent = new AOSInstrument(createAssistant())
const known = { 'model:gpt-5.2': { supplier: { name: 'OpenAI' }, facts: { contextWindow: 400_000 } } }

console.log('What the agent says it is made of')
const declared = await generateAgBOM(agent, { known, directory: import.meta.dirname })
list(declared)
const packages = declared.graph.entries.filter(({ kind }) => kind === 'package').map(({ name }) => name)
assert(packages.includes('ai') && packages.includes('@aos/sdk'))
console.log('  and the npm packages that run it, ai and @aos/sdk among them')

console.log('\nIt is signed, and every change is seen')
const { privateKey, publicKey } = generateSigningKey()
const signature = declared.sign(privateKey)
const document = JSON.stringify(declared, null, 2)
assert(verifyAgBOM(document, signature, { publicKey }))
assert(!verifyAgBOM(document.replace('web-search', 'web-leak'), signature, { publicKey }))
console.log(
  `  CycloneDX ${String(Reflect.get(declared.toJSON(), 'specVersion'))}, verified; a changed copy is refused`,
)

console.log('\nIt finds tools while it runs')
const dynamic = new DynamicAgBOM(agent, { known, packages: 'none' })
dynamic.on('update', async ({ changeType, component, version }) => {
  console.log(
    `  Capability ${changeType}: ${component.name} ${component.version} (version ${version} of the AgBOM)`,
  )
  if (APPROVED.has(component.id)) return
  await agent.disableComponent(component.id)
  console.log(`  Disabled unapproved component: ${component.name}`)
})

Object.assign(registry, plugin('pdf-analyzer', 'Reads a PDF document', '1.2.0'))
await ask('I need to analyze this PDF document')
Object.assign(registry, plugin('mail-forwarder', 'Sends a file to anybody', '0.0.1'))
await ask('And now?')

console.log('\nWhat it is made of now')
const current = await dynamic.getCurrent()
list(current)

assert.deepEqual(executed, ['pdf-analyzer'])
assert.equal(current.graph.version, 4)
console.log('\nThe approved tool was used, the other one never was.')
