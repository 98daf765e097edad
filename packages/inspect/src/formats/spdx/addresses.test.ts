import { expect, test } from 'vitest'
import type { AgBOMGraph } from '../../graph/agbom-graph.ts'
import { wholeAgent } from '../../testing/example-graphs.ts'
import { toSwid } from '../swid/swid.ts'
import { toLandingSpdx } from './landing-spdx.ts'
import { toSpdx2 } from './spdx2.ts'
import { toSpdx3 } from './spdx3.ts'
import { toSpdxTagValue } from './tag-value.ts'

const url = 'https://user:secret@example.com/path?key=secret#secret'

const supplier = { name: 'Example Corp', url }

const graph: AgBOMGraph = {
  ...wholeAgent,
  agent: { ...wholeAgent.agent, supplier, facts: { agentCardUrl: url } },
  entries: wholeAgent.entries.map((entry) => ({ ...entry, supplier, endpoint: url, facts: { card: url } })),
}

const formats: Readonly<Record<string, (graph: AgBOMGraph) => unknown>> = {
  toSpdx2,
  toSpdxTagValue,
  toSpdx3,
  toLandingSpdx,
  toSwid,
}

test.each(Object.keys(formats))('%s tells addresses, and nothing secret of them', (name) => {
  const document = JSON.stringify(formats[name]?.(graph))
  expect(document).toContain('https://example.com/path')
  expect(document).not.toContain('secret')
})
