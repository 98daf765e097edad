import { describeAdapter } from '@aos/sdk/testing'
import { describe, test } from 'vitest'
import { graphWithClosures, graphWithToolNode, prebuiltAgent, reactAgent } from './agent-kinds.ts'
import { subjectOf, without } from './contract-subject.ts'
import { textExecutor, toolCallingExecutor } from './executors.ts'

const KINDS = [
  reactAgent,
  prebuiltAgent,
  graphWithToolNode,
  graphWithClosures,
  toolCallingExecutor,
  textExecutor,
]

for (const kind of KINDS) describeAdapter(subjectOf(kind), without(kind.leavesOut, { describe, test }))
