import { equal, throws } from 'node:assert/strict'
import { isAosError } from '@aos/sdk'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { compileSqlRule, type SqlRule } from './sql-verbs.ts'

const rule = (given: SqlRule = {}): ((text: string) => string) => {
  const judge = compileSqlRule('test', 'sql', given)
  return (text) => judge(text) ?? 'ok'
}

describe('reading only', () => {
  const judge = rule()

  test.each([
    'SELECT * FROM users WHERE id = 7',
    'select name, count(*) from t group by name having count(*) > 1 order by 2 limit 10;',
    "SELECT 'it''s; DROP TABLE x', \"delete\" FROM t -- ; DROP TABLE x",
    'SELECT /* DELETE FROM t */ 1',
    "SELECT REPLACE(name, 'a', 'b'), t.update FROM t",
    'WITH a AS (SELECT 1), b AS (SELECT 2) SELECT * FROM a, b',
    '(SELECT 1) UNION ALL (SELECT 2)',
    "SELECT data->>'a', x::text, tags[1], $1, :name, @p, ? FROM t",
    "SELECT 'a\\\\b', N'é' FROM `t`",
    'SELECT "größe" FROM größen',
  ])('lets %s through', (sql) => equal(judge(sql), 'ok'))

  test.each([
    'DELETE FROM t',
    'dElEtE/**/FROM t',
    'WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x',
    'WITH x AS (SELECT 1) DELETE FROM t',
    'SELECT * FROM t DELETE FROM t',
    'SELECT 1.DELETE FROM t',
    'SELECT * INTO copy2 FROM t',
    "SELECT 1 INTO OUTFILE '/tmp/x'",
    'SELECT * FROM t FOR UPDATE',
    'EXPLAIN ANALYZE DELETE FROM t',
    'EXPLAIN SELECT 1',
    'CALL p()',
    'EXEC p',
    "EXECUTE IMMEDIATE 'DROP TABLE x'",
    "COPY (SELECT 1) TO PROGRAM 'id'",
    'TABLE users',
    'VALUES (1)',
    'SET ROLE admin',
    'BEGIN',
    'PRAGMA writable_schema = 1',
    "SELECT pg_read_file('/etc/passwd')",
    'SELECT "pg_read_file"(\'/etc/passwd\')',
    "SELECT xp_cmdshell('id')",
    "SELECT load_extension('x')",
    "SELECT query_to_xml('delete from t', true, true, '')",
    'DO 1',
    'WITH x AS (VALUES (1)) TABLE x',
    'foo',
    "'SELECT 1'",
    '1',
  ])('stops %s', (sql) => equal(judge(sql), 'sql_verb'))

  test.each(['SELECT 1; DROP TABLE x', 'SELECT 1;;SELECT 2', 'SELECT 1; -- x\nDELETE FROM t'])(
    'stops the second statement of %s',
    (sql) => equal(judge(sql), 'sql_several'),
  )

  test.each([
    'SELECT 1 /*! ; DROP TABLE x */',
    'SELECT 1 /*M! ; DROP TABLE x */',
    'SELECT 1 /*!50000 DELETE */',
    'SELECT 1 /* /* */ ; DROP TABLE x -- */',
    'SELECT 1 /* open',
    'SELECT 1 */ 2',
    'SELECT 1 --1 ; DROP TABLE x',
    "SELECT 1 # ' \n ; DROP TABLE x -- '",
    'SELECT 1 -- x\r ; DROP TABLE x',
    "SELECT '\\' ; DROP TABLE x; -- '",
    "SELECT E'\\'' ; DROP TABLE x; --'",
    "SELECT q'[it's]' FROM t",
    "SELECT U&'\\0041'",
    'SELECT U&"\\0070g_read_file"(1)',
    'SELECT $$ ; DROP TABLE x $$',
    'SELECT $a$ x $a$',
    "SELECT $a$b' $a$ ; DROP TABLE t -- '",
    "SELECT [a'] ; DROP TABLE t --']",
    'SELECT [a -- b] ; DROP TABLE t -- \n [[x]]y]',
    'SELECT [a',
    'SELECT a]',
    "SELECT 'open",
    'SELECT "open',
    'SELECT `a;b`',
    'SELECT \\! id',
    'SELECT {fn now()}',
    'SELECT 1\0; DROP TABLE x',
    'SELECT\u00a01',
    'SELECT 1\u2028DELETE',
    'SELECT 1\u200b',
    'SELECT 1DELETE FROM t',
    "_utf8'x'",
    '',
    ';',
    '-- nothing',
  ])('cannot read %j', (sql) => equal(judge(sql), 'sql_unreadable'))
})

describe('other verbs', () => {
  verifies(
    'guardian.policy.sql.verbs',
    'are let through by name, with all that stands inside of them',
    () => {
      const judge = rule({ verbs: ['select', 'insert', 'update'] })
      equal(judge('INSERT INTO t (a) SELECT 1'), 'ok')
      equal(judge('INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2'), 'ok')
      equal(judge('UPDATE t SET a = 1'), 'ok')
      equal(judge('INSERT INTO t SELECT * INTO u FROM x'), 'sql_verb')
      equal(judge('WITH x AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT * FROM x'), 'sql_verb')
      equal(rule({ verbs: 'INSERT' })('INSERT INTO t SELECT 1'), 'sql_verb')
      equal(rule({ verbs: ['EXPLAIN', 'SELECT'] })('EXPLAIN ANALYZE SELECT 1'), 'ok')
      equal(rule({ verbs: ['EXPLAIN', 'SELECT'] })('EXPLAIN (ANALYZE) DELETE FROM t'), 'sql_verb')
    },
  )

  test('are judged in each of several statements', () => {
    const judge = rule({ several: true })
    equal(judge('SELECT 1; SELECT 2;'), 'ok')
    equal(judge('SELECT 1; DROP TABLE x'), 'sql_verb')
  })
})

verifies(
  'guardian.policy.sql.evasion',
  'no text that holds a bare verb is let through, and none takes long',
  () => {
    const judge = rule({ several: true })
    const bits = fc.constantFrom('SELECT 1', ' ', ';', '(', ')', '\n', ',', 'a', '/* c */', "'t'", '-- c\n')
    fc.assert(
      fc.property(fc.array(bits), fc.array(bits), (before, after) => {
        const sql = `${before.join(' ')} DROP TABLE x ${after.join(' ')}`
        equal(judge(sql) === 'ok', false, sql)
      }),
    )
    for (const part of ["'", '/*', '(', '[', 'a,', '--', '``', "''", '"'])
      equal(judge(`SELECT ${part.repeat(40_000)} DROP TABLE x`) === 'ok', false)
  },
)

test('rules that mean nothing are refused by name', () => {
  for (const [given, named] of [
    [{ verbs: 'SELEKT' }, /verbs/],
    [{ verbs: [7] }, /verbs/],
    [{ several: 'no' }, /several/],
    [{ verb: 'SELECT' }, /verb/],
  ] as const)
    throws(
      () => compileSqlRule('test', 'sql', given),
      (error) => isAosError(error, 'invalid_policy') && named.test(error.message),
    )
})
