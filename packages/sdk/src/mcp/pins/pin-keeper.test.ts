import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { deferred } from '../../../../../test/support/guarded-agent.ts'
import { call, judged, list, NOW, outcome, PULLED, tool } from '../../../../../test/support/pinned-tools.ts'
import type { HookAnswer } from '../../hooks/answer.ts'
import { filePins } from './file-pins.ts'
import { memoryPins, type ToolPinStore } from './pin-store.ts'
import type { ToolPin } from './tool-pin.ts'
import { toolPins } from './tool-pins.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function pinPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'aos-pins-'))
  folders.push(folder)
  return join(folder, 'pins.json')
}

describe('tool pins in a file', () => {
  test('find a change between two processes', async () => {
    const path = pinPath()
    expect(toolPins({ store: filePins(path) })(list([NOW], { version: '1' }))).toBeUndefined()
    const again = toolPins({ store: filePins(path), onNew: 'deny' })
    expect(await judged(again, list([PULLED, tool('next')]))).toEqual({
      stay: [],
      codes: ['tool_changed', 'tool_unpinned'],
    })
    await again.repin('weather')
    expect(toolPins({ store: filePins(path), onNew: 'deny' })(list([PULLED, tool('next')]))).toBeUndefined()
  })

  test('deny what cannot be kept, and say why to whom it concerns', async () => {
    const path = pinPath()
    const errors: unknown[] = []
    const pins = toolPins({ store: filePins(path), onError: (error) => errors.push(error) })
    void pins(list([NOW]))
    writeFileSync(path, 'broken')
    expect(await judged(pins, list([NOW, tool('next')]))).toEqual({ stay: ['now'], codes: ['pin_not_kept'] })
    expect(await judged(pins, call('next'))).toEqual(['deny', 'pin_not_kept'])
    expect(String(errors)).toContain('the file is no JSON')
    await expect(pins.repin('weather', 'next')).rejects.toThrow('the file is no JSON')
    expect(await judged(pins, call('next'))).toEqual(['deny', 'pin_not_kept'])
    rmSync(path)
    expect(await judged(pins, list([tool('next')]))).toEqual({ stay: [], codes: ['pin_not_kept'] })
    expect(String(errors.at(-1))).toContain('the file is gone')
    expect(await judged(pins, list([PULLED]))).toEqual({ stay: [], codes: ['tool_changed'] })
  })
})

describe('tool pins in a store that takes its time', () => {
  function slow(): { store: ToolPinStore; sets: number } {
    const local = memoryPins()
    const counted = { sets: 0 }
    const store: ToolPinStore = {
      get: async (server, name) => local.get(server, name),
      set: async (entries) => {
        counted.sets++
        local.set(entries)
      },
    }
    return Object.assign(counted, { store })
  }

  test('do the same', async () => {
    const kept = slow()
    const pins = toolPins({ store: kept.store })
    expect(await judged(pins, list([NOW, tool('next')]))).toBe('abstains')
    expect(kept.sets).toBe(1)
    expect(await judged(pins, list([PULLED, tool('next')]))).toEqual({
      stay: ['next'],
      codes: ['tool_changed'],
    })
    expect(await judged(pins, call('now'))).toEqual(['deny', 'tool_changed'])
    expect(await pins.repin('weather', 'now')).toBe(1)
    expect(await judged(pins, call('now'))).toBe('abstains')
    const strict = toolPins({ store: kept.store, onNew: 'deny' })
    expect(await judged(strict, call('now'))).toBe('abstains')
    expect(await judged(strict, call('other'))).toEqual(['deny', 'tool_unpinned'])
  })

  test('compare lists that come at the same time one after the other', async () => {
    const pins = toolPins({ store: slow().store })
    const both = await Promise.all([judged(pins, list([NOW])), judged(pins, list([PULLED]))])
    expect(both).toEqual(['abstains', { stay: [], codes: ['tool_changed'] }])
    expect(await judged(pins, list([NOW]))).toBe('abstains')
  })

  test('deny where it fails, and go on when it is back', async () => {
    const errors: unknown[] = []
    const fault = { get: false, set: false, pin: undefined as unknown }
    const local = memoryPins()
    const store: ToolPinStore = {
      get: async (server, name) => {
        if (fault.get) throw new Error('the database is away')
        return fault.pin === undefined ? local.get(server, name) : (fault.pin as ToolPin)
      },
      set: async (entries) => {
        if (fault.set) throw new Error('the database is full')
        local.set(entries)
      },
    }
    const pins = toolPins({ store, onError: (error) => errors.push(error) })
    fault.get = true
    expect(await judged(pins, list([NOW]))).toEqual(['deny', 'pins_unavailable'])
    const strict = toolPins({ store, onNew: 'ask' })
    expect(await judged(strict, call('now'))).toEqual(['deny', 'pins_unavailable'])
    Object.assign(fault, { get: false, set: true })
    expect(await judged(pins, list([NOW]))).toEqual({ stay: [], codes: ['pin_not_kept'] })
    Object.assign(fault, { set: false, pin: { description: 'none' } })
    expect(await judged(pins, list([NOW]))).toEqual(['deny', 'pins_unavailable'])
    fault.pin = null
    expect(await judged(pins, list([NOW]))).toBe('abstains')
    expect(errors.map(String)).toEqual([
      'Error: the database is away',
      'Error: the database is full',
      'TypeError: the pin of now of weather.description is no SHA-256 digest in hexadecimal',
    ])
  })

  test('deny where it throws at once', async () => {
    const store: ToolPinStore = {
      get: () => {
        throw new Error('closed')
      },
      set: () => undefined,
    }
    expect(outcome(toolPins({ store })(list([NOW])) as HookAnswer)).toEqual(['deny', 'pins_unavailable'])
  })

  test('hold a tool to the list that came while it was pinned anew', async () => {
    const { promise, resolve } = deferred()
    const local = memoryPins()
    const gate: { wait?: Promise<void> } = {}
    const pins = toolPins({
      store: {
        get: (server, name) => local.get(server, name),
        set: (entries) => {
          if (gate.wait === undefined) return local.set(entries)
          return gate.wait.then(() => local.set(entries))
        },
      },
    })
    void pins(list([NOW]))
    void pins(list([PULLED]))
    gate.wait = promise
    const repinned = pins.repin('weather', 'now')
    void pins(list([tool('now', 'worse')]))
    resolve()
    expect(await repinned).toBe(1)
    expect(await judged(pins, call('now'))).toEqual(['deny', 'tool_changed'])
    expect(pins(list([PULLED]))).toBeUndefined()
  })
})
