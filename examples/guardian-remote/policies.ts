import { dataProtection, type Policy } from '@aos/guardian'
import { modify } from '@aos/sdk'

const limitQuery: Policy = {
  name: 'limit-query',
  hooks: ['toolCallRequest'],
  match: 'database',
  evaluate: ({ value }) =>
    Reflect.get(Object(value), 'query') === 'SELECT * FROM customers'
      ? modify(
          { query: 'SELECT id, name FROM customers LIMIT 100' },
          'Limited query to prevent full data exposure',
        )
      : undefined,
}

/** What the guardian of this story goes by. */
export const policies: readonly Policy[] = [dataProtection(), limitQuery]
