import { describe, expect, test } from 'vitest'
import { keyFromSeed } from '../../testing/peac-keys.ts'
import { verify } from '../verify.ts'
import { createPeacRecorder } from './peac-recorder.ts'
import type { PeacRecorderOptions } from './recorder-options.ts'

const KEY = keyFromSeed('33'.repeat(32))

describe('options', () => {
  test.each([
    [{ key: undefined }, /key must be a key/],
    [{ issuer: 'https://example.com/path' }, /issuer must be an https origin or a DID/],
    [{ kinds: ['refused'] }, /kinds must be a list of invoked/],
    [{ invoked: 'toolCall' }, /invoked must be a list/],
    [{ approved: 'never' }, /approved must be explicit or asked/],
    [{ approvals: 'yes' }, /approvals must be true or false/],
    [{ accessDecisions: 1 }, /accessDecisions must be true or false/],
    [{ policy: { digest: 'abc' } }, /policy must have a digest or a document/],
    [{ agentCards: { a: 'abc' } }, /agentCards must be agent cards/],
    [{ directory: '' }, /directory must be the path of a folder/],
    [{ file: 7 }, /file must be the path of a file/],
    [{ endpoint: 'records.example.com' }, /endpoint must be an http or https URL/],
    [{ headers: { a: 1 } }, /headers must be texts by name/],
    [{ spool: true }, /spool must be a folder or false/],
    [{ onRecord: 'x' }, /onRecord must be a function/],
    [{ direcotry: 'x' }, /there is no option direcotry/],
  ])('%o is told by name', (wrong, message) => {
    const options = { key: KEY, ...wrong } as unknown as PeacRecorderOptions
    expect(() => createPeacRecorder(options)).toThrow(message)
  })

  test('none at all is told as well', () => {
    expect(() => createPeacRecorder(undefined as never)).toThrow(/options are missing/)
    expect(() => verify('a.b.c')).toThrow(/needs a key/)
  })
})
