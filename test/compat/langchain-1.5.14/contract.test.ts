import { describeAdapter } from '@aos/sdk/testing'
import { describe, test } from 'vitest'
import { reactAgent, prebuiltAgent, graphWithToolNode, graphWithClosures } from './agent-kinds.ts'
import { subjectOf } from './contract-subject.ts'

for (const kind of [reactAgent, prebuiltAgent, graphWithToolNode, graphWithClosures])
  describeAdapter(subjectOf(kind), { describe, test })
