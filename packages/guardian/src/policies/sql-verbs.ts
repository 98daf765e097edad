import type { TextTest } from './paths.ts'
import { invalidOption, knownOptions, textList } from './policy-options.ts'
import { tokenizeSql, type SqlToken } from './sql-verbs-tokens.ts'

/** What an SQL text may do; plain JSON. */
export interface SqlRule {
  /** Verbs such as `SELECT`, `INSERT`, `EXPLAIN`; all of a text must stand here, those inside of others too. Default `SELECT`. */
  readonly verbs?: string | readonly string[] | undefined
  /** Whether a text may hold several statements. Default false. */
  readonly several?: boolean | undefined
}

// words that do something wherever they stand: some databases need no semicolon before them
const ANYWHERE: ReadonlySet<string> = new Set(
  'SELECT INSERT UPDATE DELETE MERGE UPSERT REPLACE DROP ALTER CREATE TRUNCATE GRANT REVOKE CALL EXEC EXECUTE COPY LOAD ATTACH DETACH IMPORT EXPORT BULK BACKUP RESTORE SHUTDOWN KILL DBCC DECLARE HANDLER RENAME VACUUM PRAGMA REINDEX OPTIMIZE INSTALL UNLOAD WAITFOR RECONFIGURE'.split(
    ' ',
  ),
)
const AT_START =
  'EXPLAIN DESCRIBE DESC SHOW VALUES TABLE BEGIN START COMMIT ROLLBACK SAVEPOINT RELEASE SET ANALYZE USE LOCK UNLOCK'.split(
    ' ',
  )
const KNOWN: ReadonlySet<string> = new Set([...ANYWHERE, ...AT_START])
// of these there are functions too, which change nothing
const FUNCTIONS: ReadonlySet<string> = new Set(['REPLACE', 'INSERT', 'TRUNCATE'])
const INTO_AFTER: ReadonlySet<string> = new Set(
  'INSERT REPLACE MERGE IGNORE DELAYED LOW_PRIORITY HIGH_PRIORITY'.split(' '),
)
const EFFECTS =
  /^(?:PG_|XP_|SP_|LO_|DBMS_|UTL_|SYS_|DBLINK|LOAD_|OPEN(?:ROWSET|QUERY|DATASOURCE|XML$)|QUERY_TO_XML|TABLE_TO_XML|CURSOR_TO_XML|DATABASE_TO_XML|SCHEMA_TO_XML|SET_CONFIG|SETVAL|NEXTVAL|HTTP|READ_|WRITEFILE|READFILE|EDIT|FTS3_TOKENIZER|BENCHMARK|SLEEP|GET_LOCK|RELEASE_|COPY_|URL|FILE|REMOTE|EVAL|XMLTYPE|HTTPURITYPE|CURRENT_SETTING)/

/** Compiles a rule for SQL into one test; what it cannot read as every database would is refused. */
export function compileSqlRule(policy: string, option: string, given: unknown): TextTest {
  const rule: SqlRule = knownOptions(policy, given, ['verbs', 'several'])
  const verbs = new Set(
    (textList(policy, `${option}.verbs`, rule.verbs) ?? ['SELECT']).map((verb) => verb.toUpperCase()),
  )
  const unknown = [...verbs].find((verb) => !KNOWN.has(verb))
  if (unknown !== undefined)
    throw invalidOption(policy, {
      option: `${option}.verbs`,
      problem: `names ${JSON.stringify(unknown.slice(0, 40))}, which is no verb`,
      fix: `Use any of: ${[...KNOWN].join(', ')}.`,
    })
  const several = rule.several ?? false
  if (typeof several !== 'boolean')
    throw invalidOption(policy, {
      option: `${option}.several`,
      problem: 'is neither true nor false',
      fix: 'Write true or false.',
    })
  return (text) => {
    const tokens = text.length > 100_000 ? undefined : tokenizeSql(text)
    if (tokens === undefined) return 'sql_unreadable'
    const statements = statementsOf(tokens)
    if (statements.length === 0) return 'sql_unreadable'
    if (statements.length > 1 && !several) return 'sql_several'
    return statements.every((statement) => mayRun(statement, verbs)) ? undefined : 'sql_verb'
  }
}

function statementsOf(tokens: readonly SqlToken[]): readonly (readonly SqlToken[])[] {
  const statements: SqlToken[][] = [[]]
  for (const token of tokens) {
    if (token.kind === 'mark' && token.text === ';') statements.push([])
    else statements.at(-1)?.push(token)
  }
  return statements.filter((statement) => statement.length > 0)
}

function mayRun(statement: readonly SqlToken[], verbs: ReadonlySet<string>): boolean {
  const first = statement.find(({ text }) => text !== '(')
  if (first?.kind !== 'word') return false
  if (first.text !== 'WITH' && !verbs.has(first.text)) return false
  let does = first.text !== 'WITH'
  for (const [at, token] of statement.entries()) {
    const before = statement[at - 1]
    const isCall = isMark(statement[at + 1], '(')
    if (token.kind === 'name' && isCall && EFFECTS.test(token.text)) return false
    if (token.kind !== 'word') continue
    if (isCall && EFFECTS.test(token.text)) return false
    if (token.text === 'OUTFILE' || token.text === 'DUMPFILE') return false
    if (token.text === 'INTO' && !(before?.kind === 'word' && INTO_AFTER.has(before.text))) return false
    if (!ANYWHERE.has(token.text) || isColumn(statement, at)) continue
    if (isCall && FUNCTIONS.has(token.text)) continue
    if (!verbs.has(token.text)) return false
    does = true
  }
  return does
}

// `1.DELETE` is a number and a verb
function isColumn(statement: readonly SqlToken[], at: number): boolean {
  if (!isMark(statement[at - 1], '.')) return false
  const owner = statement[at - 2]
  return owner?.kind === 'word' || owner?.kind === 'name' || isMark(owner, ']')
}

function isMark(token: SqlToken | undefined, text: string): boolean {
  return token?.kind === 'mark' && token.text === text
}
