import { describeAdapter } from '@aos/sdk/testing'
import { describe, test } from 'vitest'
import { subjectOf, without } from './contract-subject.ts'
import { textExecutor } from './executors.ts'

// agents whose model calls tools are held to the contract in every version; this one reads them out of a text

describeAdapter(subjectOf(textExecutor), without(textExecutor.leavesOut, { describe, test }))
