import { rules, type Requirements } from '../requirement.ts'

/** What the guardian promises: the landing page's sample, and what the design adds to the specification. */
export const GUARDIAN: Requirements = {
  ...rules('AOS landing page, Guardian Agent', 'MUST', {
    'aos.seed.S06':
      'new GuardianAgent({ endpoint, policies }) is a client, with policies alone it decides in process',
    'aos.seed.S09': 'evaluate({ hook, tool, parameters, session }) gives action, reason and modifications',
    'aos.seed.S18': 'aos/registerHook binds a further guardian to a hook, for callers who may rewire',
    'aos.seed.S19': 'guardian/evaluate without an id is answered',
    'aos.seed.S26': 'aos/trace/emit is taken',
    'aos.seed.S34':
      'aos/agbom/generate gives the bill of materials, and -32602 for an agent it does not know',
  }),
  ...rules('design, guardian', 'MUST', {
    'guardian.hook':
      'guardian.hook() binds to a hook in one line, and refuses policies that would judge blindly',
    'guardian.protect': 'protect() binds every hook and operation it has a say in, until it is taken off',
    'guardian.ask': 'what a policy asks of a person is asked of one, through the agent that runs',
    'guardian.kill': 'a kill is asked first, sticks to its scope, and reaches model calls',
    'guardian.both':
      'of local policies and a remote guardian the stricter wins, and each judges what the other changed',
    'guardian.ignored': 'a handler that passes over the verdict of its guardian is denied',
    'guardian.fail-open':
      'failing open happens only at a hook that is named with its reason, and is recorded each time',
    'guardian.closed': 'a closed guardian denies',
    'guardian.records': 'decisions are recorded under its name with the codes of its policies',
  }),
  ...rules('design, policies', 'MUST', {
    'guardian.policies.rank': 'deny > ask > modify > allow > abstain, at once or promised, in any order',
    'guardian.policies.recheck':
      'policies before a change judge the final value once more; another change is a deny',
    'guardian.policies.nonsense': 'a policy that throws, hangs or answers nonsense denies',
    'guardian.policies.shadow': 'a shadow policy is heard and changes nothing',
    'guardian.policy-file.lines':
      'a policy file names the line of every mistake, and no part of a broken one is used',
    'guardian.policy-file.reload':
      'a changed file is taken up in one step, or not at all; what did not change keeps its state',
    'guardian.policy-file.pins': 'a content that is not pinned is refused',
  }),
  ...rules('JSON-RPC 2.0; AOS, errors', 'MUST', {
    'guardian.server.errors': 'every fault is answered with the code and text of the AOS schema',
    'guardian.server.batch': 'batches are answered in order, notifications not at all',
  }),
  ...rules('design, guardian server', 'MUST', {
    'guardian.server.callers':
      'who is not known is not answered, and judged is only the agent a caller speaks for',
    'guardian.server.signatures': 'with signatures only signed requests are believed, and answers are signed',
    'guardian.server.once': 'a request that is sent again is judged once',
    'guardian.server.bounds': 'requests are bounded in size, JSON, and POST',
    'guardian.server.audit': 'no decision is given out that could not be kept',
    'guardian.server.shutdown': 'what is under way is answered when the server closes',
    'guardian.server.closed-by-default':
      'a server that others could reach needs credentials and a safe connection',
    'guardian.approvals.inbox':
      'a person sees the question without its secrets and approves exactly that, once',
    'guardian.approvals.refused': 'what a person refuses, or nobody answers, does not happen',
    'guardian.approvals.own': 'who asks cannot approve, and only who asked learns of the answer',
  }),
}
