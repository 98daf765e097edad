// What agents of every adapter are told and say, against everything that leaves the process.
import { createRedactor, type Redactor } from '@aos/sdk'
import { expect } from 'vitest'
import { STORIES } from './agents.ts'
import { Canaries, plainIn, SLOTS, type Slot } from './canaries.ts'
import { everyOutput, type OutputsOptions } from './every-output.ts'

type Told = ReadonlyMap<string, string>

async function toldBy(options: OutputsOptions, canaries: Canaries = new Canaries()): Promise<Told> {
  const outputs = await everyOutput(options)
  for (const story of Object.values(STORIES)) await story(outputs, canaries)
  const told = await outputs.finish()
  // values as they were are in the journal, and nowhere else
  expect(secretsIn(outputs.journal())).not.toEqual([])
  // others are looked through as well
  expect(OUTPUTS.filter((output) => !told.has(output))).toEqual([])
  // whatever redacts and captures, as much has happened
  const events = (told.get('sink') ?? '').split('\n')
  expect(events.filter((event) => event.startsWith('{"type":"step.end"')).length).toBeGreaterThan(100)
  return told
}

/** What was found, by output; outputs in which nothing was are left out. */
function foundIn<Found>(
  told: Told,
  find: (text: string) => readonly Found[],
): Record<string, readonly Found[]> {
  const found = Array.from(told, ([output, text]) => [output, find(text)] as const)
  return Object.fromEntries(found.filter(([, finds]) => finds.length > 0))
}

const secretsIn = (text: string): ReturnType<Canaries['findIn']> => new Canaries().findIn(text)

const NOTHING_HIDDEN: Redactor = {
  redactText: (text) => ({ text, redactions: [] }),
  redactValue: (value) => ({ value, redactions: [] }),
  sensitiveMember: () => undefined,
}

/** Outputs that agents reach, and which carry no content whatever the redactor. */
const WITHOUT_CONTENT = ['headers', 'terminal']

const OUTPUTS = [
  ...WITHOUT_CONTENT,
  'audit ledger',
  'foreign exporter',
  'logs',
  'metrics',
  'evidence',
  'ocsf emit',
  'ocsf file',
  'on event',
  'on run',
  'page',
  'posted to /ocsf-1.8.0',
  'posted to /ocsf-1.9.0',
  'posted to /ocsf-landing',
  'posted to /runs',
  'posted to /v1/traces',
  'sink',
  'span file',
  'spool',
  'stream',
  'tree',
]

type Protocol = OutputsOptions['protocol']

/** Fails unless every output shows secrets where nothing takes them out, and every place of one is told of somewhere. */
export async function expectToBeFound(protocol: Protocol): Promise<void> {
  const found = foundIn(await toldBy({ capture: 'full', protocol, redactor: NOTHING_HIDDEN }), secretsIn)
  const silent = OUTPUTS.filter((output) => found[output] === undefined)
  expect(silent).toEqual(WITHOUT_CONTENT)
  expect(new Set(Object.values(found).flatMap((finds) => finds.map(({ slot }) => slot)))).toEqual(
    new Set(SLOTS),
  )
}

/** Fails where any output carries a secret, with everything captured. */
export async function expectNoSecrets(
  protocol: Protocol,
  conventions: OutputsOptions['conventions'] = 'current',
): Promise<void> {
  expect(foundIn(await toldBy({ capture: 'full', protocol, conventions }), secretsIn)).toEqual({})
}

/** Fails where a preview carries a secret of these kinds, or carries no content at all. */
export async function expectNoSecretsInPreviews(kinds: readonly string[]): Promise<void> {
  const told = await toldBy({ capture: 'preview', protocol: 'http/protobuf' }, new Canaries(kinds))
  expect(foundIn(told, secretsIn)).toEqual({})
  expect(plainIn(told.get('span file') ?? '')).toContain('toolResult')
}

/** Fails where an output carries content that is not captured. */
export async function expectNoContent(): Promise<void> {
  const told = await toldBy({ capture: 'off', protocol: 'http/json' })
  expect(foundIn(told, secretsIn)).toEqual({})
  // reasons and error messages are recorded redacted, and what the application's own spans say is its own
  const recorded: readonly Slot[] = ['error', 'hookReason', 'foreignSpan']
  expect(foundIn(told, (text) => plainIn(text).filter((slot) => !recorded.includes(slot)))).toEqual({})
}

/** Fails where an output carries anything that a redactor that fails was given. */
export async function expectAllDropped(redactor: Redactor): Promise<void> {
  const told = await toldBy({ capture: 'full', protocol: 'http/json', redactor })
  expect(foundIn(told, secretsIn)).toEqual({})
  expect(foundIn(told, plainIn)).toEqual({})
}

const fail = (): never => {
  throw new Error('broken')
}

const withPattern = (pattern: () => readonly { start: number; end: number }[]): Redactor =>
  createRedactor({ custom: [{ name: 'broken', pattern }] })

const asRedactor = (methods: Readonly<Record<keyof Redactor, unknown>>): Redactor => methods as Redactor

/** A redactor that throws whatever it is asked. */
export const THROWING: Redactor = { redactText: fail, redactValue: fail, sensitiveMember: fail }

/** Other redactors that do not do what they promise. */
export const BROKEN: Readonly<Record<string, Redactor>> = {
  'answers with nonsense': asRedactor({
    redactText: () => ({ text: 42 }),
    redactValue: () => 'no value',
    sensitiveMember: () => 7,
  }),
  'answers with nothing': asRedactor({
    redactText: () => undefined,
    redactValue: () => undefined,
    sensitiveMember: () => undefined,
  }),
  'answers later': asRedactor({
    redactText: async (text: string) => ({ text, redactions: [] }),
    redactValue: async (value: unknown) => ({ value, redactions: [] }),
    sensitiveMember: () => undefined,
  }),
  'has a pattern that throws': withPattern(fail),
  'has a pattern that finds what is not there': withPattern(() => [{ start: 0, end: Infinity }]),
}
