import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { folderWith, spawnCall } from '../testing/call.ts'
import { hideSqliteWarning, type Warner } from './hide-warnings.ts'

const SQLITE = 'SQLite is an experimental feature and might change at any time'

describe('warnings of Node', () => {
  test('are told, but for the one about node:sqlite', () => {
    const told: unknown[][] = []
    const target: Warner = { emitWarning: (...args: unknown[]) => void told.push(args) }
    hideSqliteWarning(target)
    target.emitWarning(SQLITE, 'ExperimentalWarning')
    target.emitWarning(SQLITE, { type: 'ExperimentalWarning' })
    target.emitWarning(SQLITE)
    target.emitWarning('Another is an experimental feature', 'ExperimentalWarning', 'CODE')
    const error = new Error('of the user')
    target.emitWarning(error)
    deepEqual(told, [
      [SQLITE],
      ['Another is an experimental feature', 'ExperimentalWarning', 'CODE'],
      [error],
    ])
  })

  test('do not stand in the way of what the program says', async () => {
    // Node 22 warns of itself here, later ones say nothing
    const said = await spawnCall(['serve', '--store', ':memory:', '--port', '70000'])
    match(said.stderr, /^aos: --port 70000 is no port\n {2}fix: [^\n]+\n$/)
    const at = folderWith({
      'set-up.ts': `process.emitWarning('${SQLITE}', 'ExperimentalWarning')
process.emitWarning('mine is an experimental feature', 'ExperimentalWarning')
`,
    })
    const { stderr } = await spawnCall(['doctor', at('set-up.ts')])
    match(stderr, /ExperimentalWarning: mine is an experimental feature/)
    equal(stderr.includes('SQLite'), false)
  })
})
