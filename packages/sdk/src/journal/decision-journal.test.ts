import { deepEqual, equal, match, ok, rejects, throws } from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { closed, journalledOnce, journalsIn, newFolder } from '../../../../test/support/journalled.ts'
import { allow, AOSInstrument, isAosError, modify, type AosEvent, type GuardedRun } from '../index.ts'
import { JournalFile, type JournalAccount } from './journal-file.ts'
import { createDecisionJournal, parseJournal, readJournal, replayRun } from './index.ts'

const search = (aos: GuardedRun, query: unknown): Promise<unknown> =>
  aos.toolCall({ toolName: 'search', parameters: { query } }, () => `about ${String(query)}`)

const onWindows = process.platform === 'win32'

describe('the files of a journal', () => {
  test('are one for each run, for nobody else to read', async () => {
    const directory = join(newFolder(), 'made', 'here')
    const journal = createDecisionJournal({ directory })
    const ids: string[] = []
    const agent = new AOSInstrument((query: string, aos) => search(aos, query), { journal })
    agent.on('event', ({ type, runId }) => void (type === 'run.start' && ids.push(runId)))
    await Promise.all([agent('a'), agent('b')])
    await closed(journal)
    deepEqual(readdirSync(directory).sort(), ids.map((id) => `${id}.jsonl`).sort())
    for (const id of ids) {
      equal(journal.pathOf(id), join(directory, `${id}.jsonl`))
      if (!onWindows) equal(statSync(journal.pathOf(id)).mode & 0o777, 0o600)
    }
    if (!onWindows) equal(statSync(directory).mode & 0o777, 0o700)
    const { runs, openRuns, dropped, queuedBytes, entries, bytes } = journal.stats()
    deepEqual([runs, openRuns, dropped, queuedBytes], [2, 0, 0, 0])
    const texts = ids.map((id) => readFileSync(journal.pathOf(id), 'utf8'))
    equal(entries, texts.join('').split('\n').length - 1)
    equal(bytes, Buffer.byteLength(texts.join('')))
  })

  test('cannot be led out of their folder by an id', async () => {
    const directory = newFolder()
    const journal = createDecisionJournal({ directory })
    const agent = new AOSInstrument(async () => 1, { journal, newId: () => '../../elsewhere' })
    await agent.run('go')
    await closed(journal)
    const [name] = readdirSync(directory)
    match(name ?? '', /^[0-9a-f]{64}\.jsonl$/)
    equal((await readJournal(journal.pathOf('../../elsewhere'))).run.run.id, '../../elsewhere')
  })

  test('hold values as they were, and nothing else does', async () => {
    const secret = 'sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD'
    const events: AosEvent[] = []
    const runs: unknown[] = []
    const directory = newFolder()
    const journal = createDecisionJournal({ directory })
    const agent = new AOSInstrument((query: string, aos) => search(aos, `${query}\ud800`), { journal })
    agent.registerHook('toolCallRequest', ({ parameters }) => modify({ ...parameters, key: secret }, secret))
    agent.on('event', (event) => events.push(event))
    agent.on('run', (run) => runs.push(run))
    await agent(`my key is ${secret}`)
    await closed(journal)
    const [read] = await journalsIn(directory)
    const operation = read?.entries.find((entry) => entry.t === 'operation' && entry.kind === 'toolCall')
    deepEqual(operation?.t === 'operation' && operation.value, {
      json: { query: `my key is ${secret}\ud800` },
    })
    equal(JSON.stringify([events, runs]).includes(secret), false)
    ok(events.length > 0 && runs.length === 1)
  })

  test('say what JSON could not hold', async () => {
    const read = await journalledOnce(
      (_input, aos) => search(aos, 10n),
      (agent) => agent.registerHook('toolCallRequest', () => allow()),
    )
    const values = read.entries.flatMap((entry) =>
      entry.t === 'operation' && entry.kind === 'toolCall' ? [entry.value] : [],
    )
    deepEqual(values, [{ opaque: '$.query is a bigint' }])
  })
})

describe('a journal that cannot be written', () => {
  test('drops what is beyond its bounds, says so in the file, and the agent goes on', async () => {
    const directory = newFolder()
    const journal = createDecisionJournal({ directory, maxFileBytes: 8192 })
    const agent = new AOSInstrument((_input: string, aos) => search(aos, 'x'.repeat(10_000)), { journal })
    equal(await agent('go'), `about ${'x'.repeat(10_000)}`)
    await closed(journal)
    const [read] = await journalsIn(directory)
    const { dropped } = journal.stats()
    ok(dropped > 0)
    deepEqual([read?.end?.dropped, read?.missing, read?.complete], [dropped, dropped, false])
    ok(read !== undefined)
    equal((await replayRun(read, { guard: () => undefined })).determinism, 'approximate')
  })

  test('bounds what waits, over all runs', async () => {
    const directory = newFolder()
    const journal = createDecisionJournal({ directory, maxQueueBytes: 4096 })
    const agent = new AOSInstrument((_input: string, aos) => search(aos, 'x'.repeat(3000)), { journal })
    await agent('go')
    ok(journal.stats().dropped > 0)
    await closed(journal)
    equal(journal.stats().queuedBytes, 0)
  })

  test('counts the entries of a file that fails', async () => {
    const directory = newFolder()
    const journal = createDecisionJournal({ directory })
    const agent = new AOSInstrument((query: string, aos) => search(aos, query), { journal })
    rmSync(directory, { recursive: true })
    equal(await agent('a'), 'about a')
    await closed(journal)
    const { failedFiles, entries, dropped, queuedBytes } = journal.stats()
    deepEqual([failedFiles, entries, queuedBytes], [1, 0, 0])
    ok(dropped > 3)
  })

  test('never writes over a file that is there', async () => {
    const directory = newFolder()
    const journal = createDecisionJournal({ directory })
    const agent = new AOSInstrument(async () => 1, { journal, newId: () => 'taken' })
    writeFileSync(journal.pathOf('taken'), 'mine')
    await agent.run('go')
    await closed(journal)
    equal(readFileSync(journal.pathOf('taken'), 'utf8'), 'mine')
    equal(journal.stats().failedFiles, 1)
  })

  test('goes on after an uncaught error for which all was written at once', async () => {
    const { account, lost } = bareAccount()
    const path = join(newFolder(), 'run.jsonl')
    const file = new JournalFile(path, account)
    let expected = ''
    for (let at = 0; at < 20; at++) {
      file.write(`{"at":${String(at)}}`)
      expected += `{"at":${String(at)}}\n`
      if (at % 3 === 0) file.writeNow()
      if (at % 5 === 0) await new Promise((resolve) => setImmediate(resolve))
      if (at % 7 === 0) await file.idle()
    }
    file.writeNow()
    equal(readFileSync(path, 'utf8'), expected)
    await file.idle()
    equal(readFileSync(path, 'utf8'), expected)
    deepEqual([lost, account.queuedBytes], [[], 0])
  })

  test('leaves such a file alone also when its process ends at once', () => {
    const { account, lost } = bareAccount()
    const path = join(newFolder(), 'taken.jsonl')
    writeFileSync(path, 'mine')
    const file = new JournalFile(path, account)
    file.write('{"mine":false}')
    file.writeNow()
    equal(readFileSync(path, 'utf8'), 'mine')
    deepEqual(lost, ['a file cannot be written'])
  })

  test('takes up no run once it is closed', async () => {
    const directory = newFolder()
    const journal = createDecisionJournal({ directory })
    const agent = new AOSInstrument(async () => 1, { journal })
    await closed(journal)
    equal(await agent.run('go'), 1)
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    await closed(journal)
    deepEqual([readdirSync(directory), journal.stats().entries], [[], 0])
  })

  test('is refused when it is made, by the name of the option', () => {
    const bad: readonly [unknown, string][] = [
      [{}, 'directory'],
      [{ directory: '' }, 'directory'],
      [{ directory: newFolder(), maxFileBytes: 1 }, 'maxFileBytes'],
      [{ directory: newFolder(), maxQueueBytes: 'all' }, 'maxQueueBytes'],
      [{ directory: newFolder(), folder: 'x' }, 'folder'],
      [{ directory: join(fileOf('x'), 'below') }, 'directory'],
    ]
    for (const [options, name] of bad)
      throws(
        () => createDecisionJournal(options as never),
        (error) => isAosError(error, 'invalid_options') && error.message.includes(name),
      )
  })
})

describe('reading a journal', () => {
  const recorded = async (): Promise<string> => {
    const directory = newFolder()
    const journal = createDecisionJournal({ directory })
    const agent = new AOSInstrument((query: string, aos) => search(aos, query), { journal })
    agent.registerHook('toolCallRequest', () => allow('ok'))
    await agent('a')
    await closed(journal)
    return readFileSync(join(directory, readdirSync(directory)[0] ?? ''), 'utf8')
  }

  test('takes one that is torn anywhere, and says so', async () => {
    const text = await recorded()
    equal(parseJournal(text).complete, true)
    for (let length = text.indexOf('\n') + 1; length < text.length; length++) {
      const torn = parseJournal(text.slice(0, length))
      equal(torn.truncated, text[length - 1] !== '\n')
      equal(torn.complete, false)
      equal(torn.end, undefined)
    }
  })

  test('replays what there is of one that is torn', async () => {
    const text = await recorded()
    const lines = text.split('\n')
    const until = lines.findIndex((line) => line.includes('"t":"ask"'))
    const journal = parseJournal(`${lines.slice(0, until + 1).join('\n')}\n{"v":1,"n`)
    const replay = await replayRun(journal, {
      guard: (agent) => agent.registerHook('toolCallRequest', () => allow('ok')),
    })
    deepEqual(
      replay.decisions.map(({ outcome, why }) => [outcome, why]),
      [['not_reproducible', 'entry_missing']],
    )
    equal(replay.determinism, 'approximate')
    equal(replay.run?.status, 'cancelled')
  })

  test('blames no handler for what a torn one does not tell', async () => {
    const text = await recorded()
    for (let end = text.indexOf('\n') + 1; end > 0; end = text.indexOf('\n', end) + 1) {
      const journal = parseJournal(text.slice(0, end))
      const { counts, determinism } = await replayRun(journal, {
        guard: (agent) => agent.registerHook('toolCallRequest', () => allow('ok')),
      })
      equal(counts.different, 0)
      equal(determinism === 'deterministic', journal.complete)
    }
  })

  test('counts what is missing in between', async () => {
    const lines = (await recorded()).split('\n')
    equal(parseJournal([...lines.slice(0, 3), ...lines.slice(5)].join('\n')).missing, 2)
  })

  test('refuses what is none', async () => {
    const text = await recorded()
    const [first = '', ...rest] = text.split('\n')
    const bad = [
      '',
      'no journal\n',
      `${rest.join('\n')}`,
      `${first}\n${first}\n`,
      `${first}\n[]\n`,
      `${first}\n{"v":2,"t":"end","n":9,"at":1}\n`,
      `${first}\n{"v":1,"t":"toString","n":9,"at":1}\n`,
      `${first}\n{"v":1,"t":"end","n":9,"at":1,"status":"done","dropped":0}\n`,
      `${first}\n{"v":1,"t":"start","n":9,"at":1,"step":"x","value":{"json":1,"none":true}}\n`,
      `${first}\n{"v":1,"t":"start","n":9,"at":"now","step":"x","value":{"json":1}}\n`,
      text + text.split('\n').at(-2) + '\n',
      text.replace('"n":3', '"n":2'),
    ]
    for (const given of bad)
      throws(
        () => parseJournal(given),
        (error) => isAosError(error, 'invalid_journal'),
      )
    await rejects(readJournal(join(newFolder(), 'none.jsonl')), (error) =>
      isAosError(error, 'invalid_journal'),
    )
  })
})

test('a journal costs a run without one nothing', async () => {
  const seen: unknown[] = []
  const agent = new AOSInstrument((query: string, aos) => search(aos, query))
  agent.registerHook('toolCallRequest', (context) => void seen.push(context.journal))
  await agent('a')
  deepEqual(seen, [undefined])
})

function bareAccount(): { readonly account: JournalAccount; readonly lost: string[] } {
  const lost: string[] = []
  const counts = { queuedBytes: 0, entries: 0, bytes: 0, dropped: 0, failedFiles: 0 }
  const bounds = { maxFileBytes: 1 << 20, maxQueueBytes: 1 << 20 }
  return { lost, account: { ...bounds, ...counts, report: (problem) => void lost.push(problem) } }
}

function fileOf(name: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'aos-journal-')), name)
  writeFileSync(path, '')
  chmodSync(path, 0o600)
  return path
}
