import { describe, expect, it } from 'vitest'
import { isAosError } from '../errors.ts'
import { ALL_DETECTORS } from './all-detectors.ts'
import { createRedactor, DROPPED, type CustomRedactor } from './redact.ts'

// every value is made up; tokens are joined here so that no file holds one
const MIXED = 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4'
const HEX = '0123456789abcdef'.repeat(4)
const UPPER = 'A1B2C3D4E5F6G7H8'
const b64url = (text: string): string =>
  btoa(text).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_')
const JWT = [b64url('{"alg":"HS256","typ":"JWT"}'), b64url('{"sub":"1234567890"}'), MIXED.slice(0, 43)].join(
  '.',
)
const pem = (name: string): string =>
  ['-----BEGIN ', name, '-----\n', `${MIXED}\n`.repeat(3), '-----END ', name, '-----'].join('')

type Sample = readonly [kind: string, before: string, secret: string, after: string]

const named = ([kind, before, secret, after]: Sample): {
  kind: string
  before: string
  secret: string
  after: string
} => ({
  kind,
  before,
  secret,
  after,
})

const SECRETS: readonly Sample[] = [
  ['openai-key', 'key ', `sk-${MIXED}`, ' end'],
  ['openai-key', '"', `sk-proj-${MIXED}_-${MIXED}`, '"'],
  ['openai-key', '(', `sk-svcacct-${MIXED}`, ')'],
  ['anthropic-key', '', `sk-ant-api03-${MIXED}-${MIXED}AA`, ''],
  ['aws-access-key', 'id=', `AKIA${UPPER}`, ','],
  ['aws-access-key', '', `ASIA${UPPER}`, '.'],
  ['secret', 'aws_secret_access_key = ', `wJal/${MIXED.slice(0, 30)}+Key==`, '\n'],
  ['google-key', 'https://maps.example/api?x=', `AIza${MIXED.slice(0, 35)}`, '&y=1'],
  ['google-key', '', `GOCSPX-${MIXED.slice(0, 28)}`, ''],
  ['github-token', 'git clone https://', `ghp_${MIXED.slice(0, 36)}`, '/x'],
  ['github-token', '', `gho_${MIXED.slice(0, 36)}`, ''],
  ['github-token', '', `ghs_${MIXED.slice(0, 36)}`, ''],
  ['github-token', '\\n', `github_pat_11${MIXED.slice(0, 20)}_${MIXED}`, '\\n'],
  ['gitlab-token', '', `glpat-${MIXED.slice(0, 20)}`, ''],
  ['slack-token', '', `xoxb-123456789012-${MIXED.slice(0, 24)}`, ''],
  ['slack-token', '', `xoxp-1234-5678-${HEX.slice(0, 32)}`, ''],
  ['slack-webhook', 'https://', `hooks.slack.com/services/T00000000/B00000000/${MIXED.slice(0, 24)}`, ' '],
  ['stripe-key', '', `sk_live_${MIXED.slice(0, 24)}`, ''],
  ['stripe-key', '', `rk_live_${MIXED.slice(0, 24)}`, ''],
  ['npm-token', '//registry/:_auth: ', `npm_${MIXED.slice(0, 36)}`, '\n'],
  ['pypi-token', '', `pypi-AgEIcHlwaS5vcmc${MIXED}`, ''],
  ['api-key', '', `hf_${MIXED.slice(0, 34)}`, ''],
  ['jwt', 'jwt: ', JWT, ' end'],
  ['jwt', '', JWT.split('.').slice(0, 2).join('.'), ''],
  ['private-key', 'key:\n', pem('RSA PRIVATE KEY'), '\nend.'],
  ['private-key', '"', JSON.stringify(pem('OPENSSH PRIVATE KEY')).slice(1, -1), '"'],
  ['private-key', '', pem('PRIVATE KEY').slice(0, 120), ''],
  ['authorization', 'Authorization: Bearer ', MIXED.slice(0, 24), '\r\n'],
  ['authorization', 'Authorization: Basic ', btoa('user:pass'), ''],
  ['authorization', 'authorization: Token ', HEX.slice(0, 40), ''],
  ['url-password', 'https://user:', 'p@ss,word', '@host.example/path'],
  ['url-password', 'redis://:', 'hunter2', '@localhost:6379/0'],
  ['url-password', 'postgres:\\/\\/admin:', 'hunter2', '@db\\/app'],
  ['secret', 'Server=tcp:db;User Id=sa;Password=', 'Pa55w0rd!', ';Encrypt=yes'],
  ['secret', 'AccountName=x;AccountKey=', `${MIXED}+/==`, ';EndpointSuffix=y'],
  ['secret', '{"password":"', 'hunter2', '"}'],
  ['secret', '{"password": "', 'correct horse battery staple', '", "user": "x"}'],
  ['secret', '{\\"password\\":\\"', 'hunter2', '\\",\\"a\\":1}'],
  ['secret', '{\\\\\\"apiKey\\\\\\":\\\\\\"', 'abc', '\\\\\\"}'],
  ['secret', "client_secret: '", 'abc', "'"],
  ['secret', 'https://x.example/?page=2&api_key=', 'abcdef', '&z=1'],
  ['secret', 'DB_PASSWORD=', 'correcthorse', '\n'],
  ['secret', 'export API_TOKEN="', `${HEX.slice(0, 20)}`, '"'],
  ['secret', 'X-Api-Key: ', '1234-abcd-5678', '\r\n'],
  ['secret', 'login --password ', 'hunter2', ' --verbose'],
  ['secret', '<password>', 'hunter2', '</password>'],
  ['secret', 'password: str = "', 'hunter2', '"'],
  ['secret', '{"name":"DB_PASSWORD","value":"', 'hunter2', '"}'],
  ['secret', 'Cookie: ', 'sid=abc; theme=dark', '\r\nHost: x'],
  ['secret', '"signingKey": "', MIXED, '"'],
]

const PERSONAL: readonly Sample[] = [
  ['email', 'to ', 'jane.doe@example.com', '.'],
  ['email', '<', 'jane+tag@mail.example.co.uk', '>'],
  ['email', 'mailto:', 'JANE_DOE@EXAMPLE.ORG', '?subject=x'],
  ['email', '\\n', 'jane@example.com', '\\n'],
  ['email', 'q=', 'jane%40example.com', '&x'],
  ['email', '', 'jörg@müller.example', ''],
  ['credit-card', 'card ', '4111 1111 1111 1111', ' exp'],
  ['credit-card', 'card 2024 ', '4111-1111-1111-1111', '.'],
  ['credit-card', '', '5555555555554444', ''],
  ['credit-card', '', '378282246310005', ''],
  ['credit-card', '', '3782 822463 10005', ''],
  ['credit-card', '"', '6011111111111117', '"'],
  ['credit-card', '', '3530111333300000', ''],
  ['iban', '', 'DE89370400440532013000', ''],
  ['iban', 'IBAN ', 'DE89 3704 0044 0532 0130 00', ' BIC'],
  ['iban', '', 'GB82 WEST 1234 5698 7654 32', ''],
  ['iban', '', 'fr1420041010050500013m02606', ''],
  ['iban', '', 'NL91ABNA0417164300', ','],
  ['ssn', 'SSN ', '078-05-1120', '.'],
  ['ssn', '', '219 09 9999', ''],
  ['ssn', 'ssn: ', '078051120', ' '],
  ['phone', 'call ', '+14155552671', ''],
  ['phone', 'call ', '+1 (415) 555-2671', '.'],
  ['phone', 'tel:', '+49 (0)30 901820', ' '],
  ['phone', '', '+44 20 7946 0958', ''],
  ['phone', '', '(415) 555-2671', ''],
  ['phone', 'or ', '415-555-2671', ' x'],
  ['phone', '', '415.555.2671', ''],
]

const CLEAN: readonly string[] = [
  'The quick brown fox jumps over the lazy dog.',
  'id 550e8400-e29b-41d4-a716-446655440000 was found',
  'uuid 12345678-1234-4234-8234-123456789012',
  `sha256:${HEX}`,
  `commit ${HEX.slice(0, 40)}`,
  'etag "33a64df551425fcc55e4d42a148795d9f25f89d4"',
  '2024-01-15T10:30:00.000Z to 2024-12-31',
  'timestamps 1700000000000 and 1700000000000000',
  'order number 1234567890123456',
  'order 4111111111111112 shipped',
  'invoice INV-2024-000123, ticket ABC-1234',
  'ratio 0.4111111111111111 of 3.14159265358979',
  'version 1.2.3-beta.4+build.567, node v24.11.0',
  'server at 192.168.100.200:8080 and 10.0.0.1',
  'ISBN 978-3-16-148410-0',
  'const token = await getToken(request)',
  'interface Login { password: string; token: string }',
  'login(user=user, password=password)',
  'apiKey: process.env.API_KEY',
  'api_key = os.environ["API_KEY"]',
  'password=${DB_PASSWORD}',
  '{"password":"[REDACTED:secret]"}',
  '{"token":"<your token>","secret":"***"}',
  'max_tokens: 4096, total_tokens=12345678',
  '{"usage":{"inputTokens":1200,"outputTokens":345}}',
  '{"nextPageToken":"CAUQAA12345","pageToken":"abc123def456"}',
  '{"token":"Hello","logprob":-0.12}',
  'Password: required, at least 8 characters',
  'The secret: practice every day.',
  'Basic authentication is not enough; bearer tokens are better.',
  'Basic Principles of Accounting',
  'the bearer of this letter',
  'import { x } from "@scope/package"',
  'npm install react@18.2.0 typescript@latest',
  'icon@2x.png and logo@3x.svg',
  'git clone git@github.com:owner/repo.git',
  'task-oriented risk-free sk-learn-preprocessing-pipeline-v2-docs',
  'npm_config_registry and npm_lifecycle_event',
  'https://example.org/path/to/page?id=12345&sort=asc#top',
  'https://example.org:8080/a@b/c',
  'primaryKey: "userId", publicKey: "none", cacheKey: "user:1234567890:profile:settings"',
  "SELECT * FROM users WHERE id = 12345 AND created_at > '2024-01-01'",
  'x = a + 12345678; y = 5+12345678',
  '@@ -1,7 +1,8 @@ function foo()',
  'coordinates 52.520008, 13.404954',
  'PWD=/home/user/project',
  "fetch(url, { credentials: 'include' })",
  'Set-Cookie is a response header; cookie: see below',
  'DE12345678901234567890 is no account',
  '000-12-3456 and 666-12-3456 and 900-12-3456 and 123-00-4567',
  'phone extension 555-2671, room 415',
  'a-very-long-kebab-case-identifier-that-goes-on-and-on-for-a-while',
  'someVeryLongCamelCaseIdentifierThatGoesOnAndOnForAWhile12345',
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk',
  '日本語のテキスト、絵文字 🎉 も大丈夫です。',
]

const redactor = createRedactor()

describe('redactText', () => {
  it.each([...SECRETS, ...PERSONAL].map(named))(
    'takes out a $kind after $before',
    ({ kind, before, secret, after }) => {
      const { text, redactions } = redactor.redactText(before + secret + after)
      expect(text).toBe(
        `${before}[REDACTED:${kind}]${after}`.replace(
          /\[REDACTED:url-password\]@host\.example/,
          '[REDACTED:url-password]',
        ),
      )
      expect(redactions).toEqual([{ kind, count: 1 }])
    },
  )

  it.each(CLEAN)('leaves %j as it is', (text) => {
    expect(redactor.redactText(text)).toEqual({ text, redactions: [] })
  })

  it.each(SECRETS.map(named))(
    'leaves nothing more to find in a redacted $kind after $before',
    ({ before, secret, after }) => {
      const once = redactor.redactText(before + secret + after).text
      expect(redactor.redactText(once).text).toBe(once)
    },
  )

  it('counts by kind, in the order of the text', () => {
    const { redactions } = redactor.redactText('a@example.com 078-05-1120 b@example.com')
    expect(redactions).toEqual([
      { kind: 'email', count: 2 },
      { kind: 'ssn', count: 1 },
    ])
  })

  it.each(['\n', '\t', '\\n', '\\u0026', '%3D', '\u001b[31m', '"', '='])(
    'finds a token after %j',
    (before) => {
      expect(redactor.redactText(`x${before}ghp_${MIXED.slice(0, 36)} y`).text).toBe(
        `x${before}[REDACTED:github-token] y`,
      )
    },
  )
})

describe('redactValue', () => {
  it('redacts texts, keys and everything under telling names', () => {
    const given = {
      note: 'mail jane@example.com',
      'jane@example.com': 1,
      'joe@example.com': 2,
      password: 'x',
      auth: { apiKey: 'abc', token: 'word' },
      credentials: { user: 'u', pass: 'p' },
      headers: [['authorization', 'abc']],
      env: [{ name: 'DB_PASSWORD', value: 'hunter' }],
      card: 4111111111111111,
      list: [true, null, 7, undefined],
      usage: { totalTokens: 1200 },
    }
    expect(redactor.redactValue(given)).toEqual({
      value: {
        note: 'mail [REDACTED:email]',
        '[REDACTED:email]': 1,
        '[REDACTED:email]#2': 2,
        password: '[REDACTED:secret]',
        auth: { apiKey: '[REDACTED:secret]', token: 'word' },
        credentials: '[REDACTED:secret]',
        headers: [['authorization', '[REDACTED:secret]']],
        env: [{ name: 'DB_PASSWORD', value: '[REDACTED:secret]' }],
        card: '[REDACTED:credit-card]',
        list: [true, null, 7, null],
        usage: { totalTokens: 1200 },
      },
      redactions: [
        { kind: 'email', count: 3 },
        { kind: 'secret', count: 5 },
        { kind: 'credit-card', count: 1 },
      ],
    })
  })

  it('copies, and keeps a __proto__ key as data', () => {
    const given: unknown = JSON.parse('{"__proto__":{"polluted":true},"a":[1]}')
    const { value } = redactor.redactValue(given)
    expect(JSON.stringify(value)).toBe(JSON.stringify(given))
    expect(value).not.toBe(given)
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })

  it('shows instances as redacted text', () => {
    class Account {
      readonly password = 'hunter2'
      readonly mail = 'jane@example.com'
    }
    const given = { at: new Date(0), account: new Account(), error: new Error('for jane@example.com'), n: 1n }
    expect(redactor.redactValue(given).value).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      account: '{"password":"[REDACTED:secret]","mail":"[REDACTED:email]"}',
      error: 'Error: for [REDACTED:email]',
      n: '1n',
    })
  })

  it('survives cycles and drops what cannot be read or is too large', () => {
    const circular: Record<string, unknown> = { a: 1 }
    circular['self'] = circular
    expect(redactor.redactValue(circular).value).toEqual({ a: 1, self: '[circular]' })
    const hostile = {
      get secret(): string {
        throw new Error('no')
      },
    }
    expect(redactor.redactValue(hostile)).toEqual({
      value: DROPPED,
      redactions: [{ kind: 'dropped', count: 1 }],
    })
    let shared: unknown[] = ['x']
    for (let level = 0; level < 40; level++) shared = [shared, shared]
    expect(redactor.redactValue(shared).value).toBe(DROPPED)
    expect(redactor.redactValue(Array.from({ length: 0 }, () => 0).concat(Array(2 ** 31))).value).toBe(
      DROPPED,
    )
  })
})

describe('createRedactor', () => {
  it('looks only for the kinds asked for', () => {
    const text = `a@example.com 078-05-1120 {"password":"x"}`
    expect(createRedactor({ off: ['email', 'secret'] }).redactText(text).text).toBe(
      'a@example.com [REDACTED:ssn] {"password":"x"}',
    )
    expect(createRedactor({ detectors: ['email'] }).redactText(text).text).toBe(
      '[REDACTED:email] 078-05-1120 {"password":"x"}',
    )
    expect(createRedactor({ off: ['secret'] }).redactValue({ password: 'x' }).value).toEqual({
      password: 'x',
    })
  })

  it('says which names it knows when given another', () => {
    const invalid = [
      () => createRedactor({ off: ['e-mail' as 'email'] }),
      () => createRedactor({ detectors: ['' as 'email'] }),
      () => createRedactor({ custom: [{ name: '', pattern: /x/ }] }),
      () => createRedactor({ custom: [{ name: 'x' } as unknown as CustomRedactor] }),
    ]
    for (const make of invalid) {
      expect(make).toThrow(expect.toSatisfy((error: unknown) => isAosError(error, 'invalid_options')))
    }
  })

  it('drops the content when custom redactors take longer than they may', () => {
    const busy = (ms: number): CustomRedactor => ({
      name: 'busy',
      pattern: () => {
        const begun = performance.now()
        while (performance.now() - begun < ms);
        return []
      },
    })
    const late = createRedactor({ custom: [busy(5)], customTimeoutMs: 1 }).redactText('private')
    expect(late).toEqual({ text: DROPPED, redactions: [{ kind: 'dropped', count: 1 }] })
    expect(createRedactor({ custom: [busy(0)] }).redactText('private').text).toBe('private')
    expect(() => createRedactor({ customTimeoutMs: 0 })).toThrow('customTimeoutMs')
  })

  it('applies custom redactors by pattern and by function', () => {
    const custom: CustomRedactor[] = [
      { name: 'employee', pattern: /EMP-\d+/ },
      {
        name: 'project',
        pattern: (text) => [{ start: text.indexOf('Zeus'), end: text.indexOf('Zeus') + 4 }],
        replacement: 'P',
      },
      { name: 'code', pattern: /\bC\d\b/g, replacement: (match) => `${match.slice(0, 1)}?` },
      { name: 'nothing', pattern: /z*/ },
    ]
    expect(createRedactor({ custom }).redactText('EMP-1 and EMP-22 of Zeus in C7')).toEqual({
      text: '[REDACTED:employee] and [REDACTED:employee] of P in C?',
      redactions: [
        { kind: 'employee', count: 2 },
        { kind: 'project', count: 1 },
        { kind: 'code', count: 1 },
      ],
    })
  })

  it.each<[string, Partial<CustomRedactor>]>([
    ['answers with a function', { pattern: (() => () => []) as never }],
    ['throws an error', { pattern: (): never => JSON.parse('{') as never }],
    ['answers with a text', { pattern: (() => 'clean text') as never }],
    ['answers with nothing', { pattern: (() => undefined) as never }],
    ['answers with a promise', { pattern: (async () => []) as never }],
    ['answers with spans outside the text', { pattern: () => [{ start: 0, end: 99 }] }],
    ['answers with spans that are none', { pattern: () => [{ start: Number.NaN, end: 2 }] }],
    ['replaces with a number', { pattern: /text/, replacement: (() => 1) as never }],
    ['replaces with nothing', { pattern: /text/, replacement: (() => undefined) as never }],
  ])('drops the content when a custom redactor %s', (_what, broken) => {
    const own = createRedactor({ custom: [{ name: 'own', pattern: /x/, ...broken }] })
    expect(own.redactText('secret text')).toEqual({
      text: DROPPED,
      redactions: [{ kind: 'dropped', count: 1 }],
    })
    expect(own.redactValue({ a: ['secret text'] }).value).toBe(DROPPED)
  })
})

it('names each kind once', () => {
  const kinds = ALL_DETECTORS.flatMap((detector) => detector.kinds)
  expect(new Set(kinds).size).toBeGreaterThanOrEqual(23)
})
