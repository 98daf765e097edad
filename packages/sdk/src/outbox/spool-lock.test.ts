import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  createSegmentId,
  createSegmentOwner,
  fromSegmentFile,
  isOwnerAlive,
  OWNER_LEASE_MS,
  toSegmentFile,
} from './spool-lock.ts'

const owner = createSegmentOwner()

describe('segment names', () => {
  test('carry id, progress and owner', () => {
    const id = createSegmentId(1_700_000_000_000, 7)
    for (const name of [
      { id, settled: 0, owner: undefined },
      { id, settled: 12, owner },
    ]) {
      expect(fromSegmentFile(toSegmentFile(name))).toEqual(name)
    }
  })

  test('sort by age', () => {
    const ids = [
      createSegmentId(999, 40),
      createSegmentId(1000, 1),
      createSegmentId(1000, 2),
      createSegmentId(1000, 36),
    ]
    expect(ids.toSorted()).toEqual(ids)
  })

  test('of other files are not read', () => {
    for (const file of [
      '',
      'x.seg',
      '../x.0.free.seg',
      '000000000000001-000001-ab.0.free.seg.bad',
      '.DS_Store',
    ]) {
      expect(fromSegmentFile(file)).toBeUndefined()
    }
  })
})

describe('isOwnerAlive', () => {
  test('is true for this process, however long it has been silent', () => {
    expect(isOwnerAlive(owner, process.platform === 'linux' ? OWNER_LEASE_MS * 10 : 0)).toBe(true)
  })

  test('is false for a process that has ended, reaped or not', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    await once(child, 'spawn')
    const { pid = 0 } = child
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(isOwnerAlive({ ...owner, pid }, 0)).toBe(false)
  })

  test.runIf(process.platform === 'linux')(
    'is false for a process that has ended and is not collected',
    async () => {
      // cat takes the place of the shell and never collects the shell's child
      const script = 'sleep 1000 >/dev/null & echo $!; exec cat'
      const parent = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'] })
      const [chunk] = (await once(parent.stdout, 'data')) as [Buffer]
      const pid = Number(chunk.toString())
      // an echo says that cat runs now: the shell before it would collect
      parent.stdin.write('there?')
      await once(parent.stdout, 'data')
      const startTime = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/.*\) /s, '').split(' ')[19] ?? ''
      const child = { ...owner, pid, startTime }
      expect(isOwnerAlive(child, 0)).toBe(true)
      process.kill(pid, 'SIGKILL')
      await expect.poll(() => isOwnerAlive(child, 0)).toBe(false)
      expect(existsSync(`/proc/${pid}`)).toBe(true)
      parent.kill('SIGKILL')
    },
  )

  test.runIf(process.platform === 'linux')('is false when the process id belongs to a later process', () => {
    expect(isOwnerAlive({ ...owner, startTime: '1' }, 0)).toBe(false)
  })

  test('goes by the lease for an owner in another container or on another machine', () => {
    const elsewhere = { ...owner, place: 'abcdef' }
    expect(isOwnerAlive(elsewhere, OWNER_LEASE_MS - 1)).toBe(true)
    expect(isOwnerAlive(elsewhere, OWNER_LEASE_MS)).toBe(false)
  })
})
