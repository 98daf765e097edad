// docs/conformance.md: which requirement which test verifies.
import { findCitations } from '../../test/conformance/citations.ts'
import { LEDGERS } from '../../test/conformance/requirements/index.ts'
import type { Requirement } from '../../test/conformance/requirement.ts'

type Files = ReadonlyMap<string, ReadonlySet<string>>

function filesById(citations: Awaited<ReturnType<typeof findCitations>>): Files {
  const files = new Map<string, Set<string>>()
  for (const { id, file } of citations) files.set(id, (files.get(id) ?? new Set()).add(file))
  return files
}

function row(id: string, requirement: Requirement, files: ReadonlySet<string> | undefined): string {
  const { section, level, behaviour, knownGap } = requirement
  const tests = [...(files ?? [])].map((file) => `[${file.split('/').at(-1)}](../${file})`).join(', ')
  const state = knownGap === undefined ? 'kept' : `gap: ${knownGap}`
  return `| \`${id}\` | ${level} | ${cell(behaviour)} | ${cell(section)} | ${cell(state)} | ${tests} |`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ')
}

/** The conformance page. */
export async function outputs(): Promise<{ path: string; text: string }[]> {
  const files = filesById(await findCitations())
  const all = LEDGERS.flatMap(({ requirements }) => Object.values(requirements))
  const gaps = all.filter(({ knownGap }) => knownGap !== undefined).length
  const sections = LEDGERS.map(({ title, requirements }) => {
    const rows = Object.entries(requirements).map(([id, requirement]) => row(id, requirement, files.get(id)))
    const head =
      '| id | level | behaviour | written in | state | tests |\n| --- | --- | --- | --- | --- | --- |'
    return `## ${title}\n\n${head}\n${rows.join('\n')}\n`
  })
  const text = [
    '# Conformance\n',
    'Written by `npm run generate` from `test/conformance/requirements`; do not edit.\n',
    `${all.length} requirements, ${all.length - gaps} kept, ${gaps} known gaps. Each is verified by the tests that cite it, and \`npm test\` fails for one that no test cites.\n`,
    ...sections,
  ].join('\n')
  return [{ path: 'docs/conformance.md', text }]
}
