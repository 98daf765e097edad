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
  ...rules('design, built-in policies', 'MUST', {
    'guardian.policy.tool-access.allow': 'only tools on an allow list are called',
    'guardian.policy.tool-access.deny': 'a denied tool is denied in whatever way its name is written',
    'guardian.policy.arguments.values': 'every value of a constrained argument is held against its rule',
    'guardian.policy.arguments.reasons': 'a reason names the argument and never its value',
    'guardian.policy.arguments.schema':
      'a schema that says more than is understood is refused when it is loaded',
    'guardian.policy.paths.deny': 'a denied path is denied however it is written',
    'guardian.policy.paths.inside': 'no path leads out of the allowed folders',
    'guardian.policy.urls.allow': 'an address is held against the domains, however it is written',
    'guardian.policy.sql.verbs': 'only the named verbs pass, wherever they stand in a statement',
    'guardian.policy.sql.evasion': 'no way of writing hides a verb',
    'guardian.policy.data-protection.arguments': 'arguments with secrets or personal data do not leave',
    'guardian.policy.data-protection.topics':
      'a call that asks for personal records is denied with the words of the specification',
    'guardian.policy.data-protection.retrieval':
      'redacting what was retrieved without retrievalModify is refused when it is loaded',
    'guardian.policy.data-protection.idempotent': 'redacting twice is redacting once',
    'guardian.policy.cost-control.threshold':
      'a call beyond the cost threshold is denied with the words of the specification',
    'guardian.policy.cost-control.budget':
      'a budget is checked before the call, and what exceeds it does not happen',
    'guardian.policy.cost-control.models': 'a budget of model calls, steps or tokens holds model calls back',
    'guardian.policy.cost-control.kept': 'a budget that is used up is not forgotten',
    'guardian.policy.cost-control.scope': 'a budget by session denies session_required where none is named',
    'guardian.policy.rate-limit': 'calls beyond the rate are denied',
    'guardian.policy.rate-limit.clock': 'a clock that jumps gains nothing',
    'guardian.policy.loop-detection': 'a call that repeats itself is asked about or denied',
    'guardian.policy.loop-detection.turns': 'calls in turns are noticed',
    'guardian.policy.time-window': 'tools are used at their times only, by the wall clock of a zone',
    'guardian.policy.approval':
      'a tool that needs approval is asked about, unless its arguments are harmless',
    'guardian.policy.taint.destination':
      'after untrusted text was read, an address that the user never gave needs approval',
    'guardian.policy.taint.unheard': 'a session that no user was heard in is untrusted',
    'guardian.policy.taint.memory': 'labels survive memory',
    'guardian.policy.injection':
      'text that gives orders to the model is labelled, or asked about or denied where told to',
    'guardian.policy.injection.descriptions':
      'orders hidden in descriptions and schemas of MCP tools are noticed, and ordinary ones are not',
    'guardian.policy.protocols.calls':
      'a tools/call of MCP is judged as a tool call is, in both directions, and its answer as none',
    'guardian.policy.protocols.data':
      'data in what goes out is denied or redacted, and in what comes in redacted, by direction and leg',
    'guardian.policy.protocols.injection':
      'protocol messages that a model reads are looked through for instructions',
    'guardian.policy.protocols.taint':
      'protocol messages that come in taint, and calls that go out are judged for it',
  }),
  ...rules('design, audit ledger', 'MUST', {
    'guardian.ledger.durable': 'a decision is on the disk before its effect',
    'guardian.ledger.required': 'nothing is done that the ledger cannot keep',
    'guardian.ledger.change': 'any changed byte is found',
    'guardian.ledger.cut': 'a cut anywhere is found',
    'guardian.ledger.mixed': 'swaps, insertions and removals are found',
    'guardian.ledger.rollback': 'an earlier state put back is found with a checkpoint kept elsewhere',
  }),
  ...rules('RFC 9421', 'MUST', {
    'guardian.signature.request': 'no byte of a signed request can be another one',
    'guardian.signature.answer': 'no byte of a signed answer can be another one',
    'guardian.signature.bound': 'an answer counts for its own request only',
    'guardian.signature.replay': 'a request counts once',
    'guardian.signature.clock': 'nothing counts twice when a clock jumps',
  }),
}
