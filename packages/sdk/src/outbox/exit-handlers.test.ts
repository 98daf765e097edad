import { EventEmitter, once } from 'node:events'
import { describe, expect, test } from 'vitest'
import type * as exitHandlers from './exit-handlers.ts'
import { installExitHandlers } from './exit-handlers.ts'
import type { ExitFlusher, ProcessLike } from './exit-handlers.ts'

const EVENTS = ['beforeExit', 'exit', 'uncaughtExceptionMonitor', 'SIGTERM', 'SIGINT']

class FakeProcess extends EventEmitter {
  readonly pid = 4711
  readonly killed: string[] = []
  readonly warnings: string[] = []

  kill(pid: number, signal?: string | number): true {
    this.killed.push(`${pid} ${signal} after ${this.listenerCount(String(signal))} listeners`)
    super.emit('killed')
    return true
  }

  emitWarning(warning: string | Error): void {
    this.warnings.push(String(warning))
  }

  counts(): number[] {
    return EVENTS.map((event) => this.listenerCount(event))
  }
}

function fakeProcess(): FakeProcess & ProcessLike {
  return new FakeProcess()
}

interface RecordingFlusher extends ExitFlusher {
  readonly calls: string[]
}

function flusher(
  flush: () => Promise<unknown> = async () => undefined,
  pending?: () => number,
): RecordingFlusher {
  const calls: string[] = []
  return {
    calls,
    flush(deadlineMs) {
      calls.push(`flush ${deadlineMs}`)
      return flush()
    },
    spoolSync: () => calls.push('spoolSync'),
    ...(pending === undefined ? {} : { pending }),
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

function never(): Promise<never> {
  return new Promise(() => undefined)
}

describe('registration', () => {
  test('is counted, idempotent and leaves nothing behind', () => {
    const process = fakeProcess()
    const install = (): (() => void) =>
      installExitHandlers({ flushers: [flusher()], deadlineMs: 10, process })
    const undo = Array.from({ length: 50 }, install)
    expect(process.counts()).toEqual([1, 1, 1, 1, 1])
    for (const each of undo.slice(1)) each()
    undo[1]?.()
    expect(process.counts()).toEqual([1, 1, 1, 1, 1])
    undo[0]?.()
    undo[0]?.()
    expect(process.counts()).toEqual([0, 0, 0, 0, 0])
    const again = install()
    expect(process.counts()).toEqual([1, 1, 1, 1, 1])
    again()
    expect(process.counts()).toEqual([0, 0, 0, 0, 0])
  })

  test('is shared by all copies of the package', async () => {
    const process = fakeProcess()
    const copy = (await import(/* @vite-ignore */ `${'./exit-handlers.ts'}?copy`)) as typeof exitHandlers
    expect(copy.installExitHandlers).not.toBe(installExitHandlers)
    const [one, two] = [flusher(), flusher()]
    const undoOne = installExitHandlers({ flushers: [one], deadlineMs: 10, process })
    const undoTwo = copy.installExitHandlers({ flushers: [two], deadlineMs: 10, process })
    expect(process.counts()).toEqual([1, 1, 1, 1, 1])
    process.emit('exit')
    expect([one.calls, two.calls]).toEqual([['spoolSync'], ['spoolSync']])
    undoOne()
    expect(process.counts()).toEqual([1, 1, 1, 1, 1])
    undoTwo()
    expect(process.counts()).toEqual([0, 0, 0, 0, 0])
  })

  test('runs a flusher that is registered twice once, with its longer deadline', async () => {
    const process = fakeProcess()
    const shared = flusher()
    installExitHandlers({ flushers: [shared], deadlineMs: 10, process })
    installExitHandlers({ flushers: [shared, shared], deadlineMs: 40, process })
    process.emit('beforeExit')
    await settle()
    process.emit('exit')
    expect(shared.calls).toEqual(['flush 40', 'spoolSync'])
  })
})

describe('a natural end', () => {
  test('flushes once, and again only while something is left', async () => {
    const process = fakeProcess()
    let left = 0
    const [plain, counting] = [flusher(), flusher(undefined, () => left)]
    installExitHandlers({ flushers: [plain, counting], deadlineMs: 10, process })
    process.emit('beforeExit')
    await settle()
    process.emit('beforeExit')
    await settle()
    expect(counting.calls).toEqual(['flush 10'])
    left = 1
    process.emit('beforeExit')
    left = 0
    await settle()
    expect(counting.calls).toEqual(['flush 10', 'flush 10'])
  })

  test('says once that this is the end, before it flushes', async () => {
    const process = fakeProcess()
    const each = flusher(undefined, () => 1)
    const told = { ...each, ending: () => each.calls.push('ending') }
    installExitHandlers({ flushers: [told], deadlineMs: 10, process })
    process.emit('beforeExit')
    process.emit('beforeExit')
    await settle()
    expect(each.calls.slice(0, 3)).toEqual(['ending', 'flush 10', 'flush 10'])
  })

  test('saves and stops trying when a flusher hangs', async () => {
    const process = fakeProcess()
    const hanging = { flush: never, pending: () => 1, spoolSync: () => process.emit('saved') }
    const other = flusher(() => Promise.reject(new Error('flush failed')))
    installExitHandlers({ flushers: [hanging, other], deadlineMs: 5, process })
    process.emit('beforeExit')
    await once(process, 'saved')
    process.emit('beforeExit')
    expect(other.calls).toEqual(['flush 5', 'spoolSync'])
  })
})

describe.for(['SIGTERM', 'SIGINT'])('%s', (signal) => {
  test('flushes, saves and is raised again without us', async () => {
    const process = fakeProcess()
    const each = flusher()
    installExitHandlers({ flushers: [each], deadlineMs: 10, process })
    process.emit(signal)
    await once(process, 'killed')
    expect(each.calls).toEqual(['flush 10', 'spoolSync'])
    expect(process.killed).toEqual([`4711 ${signal} after 0 listeners`])
  })

  test('says that this is the end before it flushes, unless somebody else decides', async () => {
    const process = fakeProcess()
    const each = flusher()
    const broken: ExitFlusher = {
      ...flusher(),
      ending: () => {
        throw new Error('not now')
      },
    }
    const told = { ...each, ending: () => each.calls.push('ending') }
    installExitHandlers({ flushers: [broken, told], deadlineMs: 10, process })
    const remove = (): unknown => process.removeListener(signal, remove)
    process.on(signal, remove)
    process.emit(signal)
    await settle()
    process.emit(signal)
    await once(process, 'killed')
    expect(each.calls).toEqual(['flush 10', 'ending', 'flush 10', 'spoolSync'])
    expect(process.warnings).toEqual(['Error: not now'])
  })

  test('is raised again at the deadline when a flusher hangs', async () => {
    const process = fakeProcess()
    const each = flusher(never)
    installExitHandlers({ flushers: [each], deadlineMs: 5, process })
    process.emit(signal)
    await once(process, 'killed')
    expect(each.calls).toEqual(['flush 5', 'spoolSync'])
  })

  test('does not wait when it comes twice', async () => {
    const process = fakeProcess()
    const each = flusher(never)
    installExitHandlers({ flushers: [each], deadlineMs: 600_000, process })
    process.emit(signal)
    expect(process.killed).toEqual([])
    process.emit(signal)
    expect(process.killed).toHaveLength(1)
    expect(each.calls).toEqual(['flush 600000', 'spoolSync'])
  })

  test.for(['on', 'once'] as const)("only flushes when the user's own listener decides (%s)", async (how) => {
    const process = fakeProcess()
    process[how](signal, () => undefined)
    const each = flusher()
    installExitHandlers({ flushers: [each], deadlineMs: 10, process })
    process[how](signal, () => undefined)
    process.emit(signal)
    await settle()
    expect(each.calls).toEqual(['flush 10'])
    expect(process.killed).toEqual([])
  })
})

describe('an uncaught error', () => {
  test('saves when it will end the process', () => {
    const process = fakeProcess()
    const broken = {
      flush: never,
      spoolSync: () => {
        throw new Error('disk on fire')
      },
    }
    const each = flusher()
    installExitHandlers({ flushers: [broken, each], deadlineMs: 10, process })
    process.emit('uncaughtExceptionMonitor')
    expect(each.calls).toEqual(['spoolSync'])
    expect(process.warnings).toEqual(['Error: disk on fire'])
  })

  test('changes nothing when the user handles it', () => {
    const process = fakeProcess()
    const each = flusher()
    process.on('uncaughtException', () => undefined)
    installExitHandlers({ flushers: [each], deadlineMs: 10, process })
    process.emit('uncaughtExceptionMonitor')
    expect(each.calls).toEqual([])
  })
})
