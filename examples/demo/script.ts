/** What the scripted models do, call by call: they call a tool, or say something. */
export const SCRIPT: readonly (
  | string
  | { readonly tool: string; readonly args: Readonly<Record<string, string | number>> }
)[] = [
  { tool: 'web_search', args: { query: 'recent AI safety papers' } },
  { tool: 'employee_search', args: { query: 'employee SSN records' } },
  { tool: 'database_query', args: { query: 'SELECT * FROM customers' } },
  'I found one paper and one customer. Policy denied me the employee records.',
  { tool: 'generate_images', args: { prompt: 'a lighthouse', count: 1000 } },
]
