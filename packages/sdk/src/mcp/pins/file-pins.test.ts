import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { filePins } from './file-pins.ts'
import { MAX_SERVERS, MAX_TOOLS, memoryPins, type ToolPinEntry } from './pin-store.ts'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aos-pins-'))
  path = join(folder, 'pins.json')
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const hex = (digit: string): string => digit.repeat(64)
const entry = (server: string, tool: string, digit = 'a'): ToolPinEntry => ({
  server,
  tool,
  pin: { description: hex(digit) },
})
const servers = (text: string): string => `{ "version": 1, "servers": ${text} }`

describe('pins in a file', () => {
  test('are there again when it is read anew', () => {
    const pins = filePins(path)
    expect(existsSync(path)).toBe(false)
    pins.set([entry('weather', 'now', 'a'), entry('files', 'read', 'b')])
    pins.set([entry('weather', 'now', 'c')])
    const again = filePins(path)
    expect(again.get('weather', 'now')).toEqual({ description: hex('c') })
    expect(again.get('weather', 'read')).toBeUndefined()
    expect(again.entries()).toEqual([entry('files', 'read', 'b'), entry('weather', 'now', 'c')])
  })

  test('are written sorted, a digest a line, for this user alone, with nothing left beside', () => {
    const pins = filePins(join(folder, 'made', 'pins.json'))
    pins.set([
      {
        server: 'b',
        tool: 'z',
        pin: { title: hex('2'), serverVersion: '1', description: hex('1'), other: undefined },
      },
      entry('b', 'a'),
      entry('a', '__proto__'),
      entry('__proto__', 'constructor'),
    ])
    const file = join(folder, 'made', 'pins.json')
    expect(readFileSync(file, 'utf8')).toBe(`{
  "version": 1,
  "servers": {
    "__proto__": {
      "constructor": {
        "description": "${hex('a')}"
      }
    },
    "a": {
      "__proto__": {
        "description": "${hex('a')}"
      }
    },
    "b": {
      "a": {
        "description": "${hex('a')}"
      },
      "z": {
        "description": "${hex('1')}",
        "serverVersion": "1",
        "title": "${hex('2')}"
      }
    }
  }
}
`)
    expect(readdirSync(join(folder, 'made'))).toEqual(['pins.json'])
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(filePins(file).get('__proto__', 'constructor')).toEqual({ description: hex('a') })
    expect(filePins(file).get('a', '__proto__')).toEqual({ description: hex('a') })
    expect(filePins(file).get('a', 'constructor')).toBeUndefined()
    expect(filePins(file).get('constructor', 'name')).toBeUndefined()
  })

  test.each([
    ['', 'pins.json: the file is no JSON'],
    ['{\n  "version": 1,\n  "servers": {,}\n}', 'pins.json:3: the file is no JSON'],
    ['a secret', 'pins.json: the file is no JSON'],
    ['[]', 'pins.json: the file is no object'],
    ['{"version":2,"servers":{}}', 'pins.json: version must be 1'],
    ['{"version":1}', 'pins.json: servers is no object'],
    ['{"version":1,"servers":{},"tools":{}}', 'pins.json: tools is unknown'],
    [servers('{"weather":[]}'), 'pins.json: servers.weather is no object'],
    [servers('{"weather":{"now":null}}'), 'pins.json: servers.weather.now is no object'],
    [
      servers('{"weather":{"now":{"description":"A"}}}'),
      'pins.json: servers.weather.now.description is no SHA-256 digest in hexadecimal',
    ],
    [servers('{"the weather":{"now":{"digest":"A"}}}'), 'servers."the weather".now.digest is unknown'],
  ])('are not read from %j', (text, problem) => {
    writeFileSync(path, text)
    expect(() => filePins(path)).toThrowError(expect.objectContaining({ code: 'invalid_config' }) as Error)
    expect(() => filePins(path)).toThrow(problem)
    expect(() => filePins(path)).not.toThrow('a secret')
  })

  test('are not read from what is no file', () => {
    mkdirSync(path)
    expect(() => filePins(path)).toThrow('the file cannot be read')
  })

  test('that cannot be written are not kept', () => {
    writeFileSync(join(folder, 'taken'), '')
    const inside = join(folder, 'taken', 'pins.json')
    expect(() => filePins(inside).set([entry('a', 'b')])).toThrow(/cannot be (?:read|written)/)
    const pins = filePins(join(folder, 'away', 'pins.json'))
    writeFileSync(join(folder, 'away'), '')
    expect(() => pins.set([entry('a', 'b')])).toThrow(/cannot be (?:read|written)/)
    expect(pins.get('a', 'b')).toBeUndefined()
  })

  // the superuser may write anywhere
  test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'stay as they were where the folder is closed',
    () => {
      const pins = filePins(path)
      pins.set([entry('a', 'b', '1')])
      chmodSync(folder, 0o500)
      try {
        expect(() => pins.set([entry('a', 'b', '2')])).toThrow('the file cannot be written')
        expect(pins.get('a', 'b')).toEqual({ description: hex('1') })
        expect(readdirSync(folder)).toEqual(['pins.json'])
      } finally {
        chmodSync(folder, 0o700)
      }
    },
  )

  test('of others are taken up at the next change, and not overwritten', () => {
    const [one, other] = [filePins(path), filePins(path)]
    one.set([entry('a', 'x', '1')])
    other.set([entry('a', 'y', '2')])
    expect(filePins(path).entries()).toEqual([entry('a', 'x', '1'), entry('a', 'y', '2')])
    expect(other.get('a', 'x')).toEqual({ description: hex('1') })
    expect(() => one.set([entry('a', 'y', '3')])).toThrow('the pin of y of a was changed by somebody else')
    expect(one.get('a', 'y')).toEqual({ description: hex('2') })
    one.set([entry('a', 'y', '3')])
    expect(filePins(path).get('a', 'y')).toEqual({ description: hex('3') })
    // the same pin is no conflict
    other.set([entry('a', 'y', '3')])
    writeFileSync(path, '{')
    expect(() => other.set([entry('a', 'z')])).toThrow('the file is no JSON')
    expect(other.get('a', 'z')).toBeUndefined()
  })
})

describe('pins in memory', () => {
  test('begin with what was agreed on', () => {
    const pins = memoryPins([entry('weather', 'now', 'd')])
    expect(pins.get('weather', 'now')).toEqual({ description: hex('d') })
    expect(pins.get('__proto__', 'toString')).toBeUndefined()
    expect(memoryPins(pins.entries()).entries()).toEqual(pins.entries())
    expect(() => memoryPins([{ server: 'a', tool: 'b', pin: { title: 'no' } }])).toThrow(
      'The pin of b of a.title is no SHA-256 digest',
    )
  })

  test('are bounded, all or none of a change', () => {
    const pins = memoryPins()
    const many = Array.from({ length: MAX_TOOLS }, (_, at) => entry('a', `t${at}`))
    pins.set(many)
    expect(() => pins.set([entry('b', 'x'), entry('a', 'more')])).toThrow(
      `more than ${MAX_TOOLS} pinned tools`,
    )
    expect(pins.get('b', 'x')).toBeUndefined()
    pins.set([entry('a', 't7', 'b')])
    const servers = Array.from({ length: MAX_SERVERS - 1 }, (_, at) => entry(`s${at}`, 'x'))
    pins.set(servers)
    expect(() => pins.set([entry('b', 'x')])).toThrow(`more than ${MAX_SERVERS} MCP servers`)
  })
})
