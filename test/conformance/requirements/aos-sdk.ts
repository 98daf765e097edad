import { rules, type Requirements } from '../requirement.ts'

/** What the design of this SDK adds to the specification. */
export const AOS_SDK: Requirements = {
  ...rules('design, gate', 'MUST', {
    'aos-sdk.gate.decided-value':
      'the effect runs with the value that was decided, and with nothing changed since',
    'aos-sdk.gate.one-span':
      'each operation is one step and one span; what the user opens inside of it is its child',
    'aos-sdk.gate.quiet':
      'without handler, sink, recording tracer and listener there is no step, and the effect gets its value as it is',
    'aos-sdk.gate.epoch':
      'a policy that changes between the decision and the effect makes it be decided again',
    'aos-sdk.gate.ticket': 'a decision is executed once, and only for the value it was made for',
    'aos-sdk.gate.unapproved': 'a decision that waits for a person is not executed',
    'aos-sdk.admission.kill-switch':
      'a stopped agent does nothing, model calls included, until it is resumed',
    'aos-sdk.admission.kill-switch-late': 'an agent stopped while a decision is made does not execute it',
    'aos-sdk.admission.disabled':
      'a disabled component is denied component_disabled, also one that was never used; a name nobody has is refused',
    'aos-sdk.admission.bounded':
      'undeclared components take bounded room; what found none is counted, and is judged and admitted all the same',
    'aos-sdk.admission.limits':
      'a run over its limits is denied budget_exceeded: model calls, tool calls, tokens, duration',
    'aos-sdk.admission.limits-parallel': 'calls made at once do not get past a limit together',
    'aos-sdk.admission.model': 'a refused model call rejects the run',
    'aos-sdk.admission.component': 'the first use of a component waits until its listeners have settled',
    'aos-sdk.admission.component-deadline':
      'a listener that does not answer in time, or fails, denies the component',
    'aos-sdk.admission.ancestors':
      'what forbids an operation of an outer agent forbids it to the agents inside',
    'aos-sdk.step.not-executed':
      'a step that was decided and never executed ends with its run as not_executed',
    'aos-sdk.tool-kinds': 'a tag adds its hook and never replaces toolCallRequest or toolCallResult',
  }),
  ...rules('design, sinks', 'MUST', {
    'aos-sdk.sink.order': 'events arrive in order, with a seq for each run that has no gap',
    'aos-sdk.sink.immutable': 'no sink can change what another one gets',
    'aos-sdk.sink.one-in-flight': 'a sink is called again only after it has settled',
    'aos-sdk.sink.bounded':
      'a queue holds a bounded number of bytes; the newest events beyond it are dropped and counted',
    'aos-sdk.sink.failing':
      'a sink that throws, rejects or hangs is counted, reported once, and changes nothing',
    'aos-sdk.sink.deadline': 'flush and close keep their deadline, whatever the sink does',
  }),
  ...rules('design, decisions', 'MUST', {
    'aos-sdk.decision.invalid': 'what is no decision is a deny invalid_decision',
    'aos-sdk.decision.required': 'with required, abstaining is a deny',
    'aos-sdk.decision.combine': 'verdicts combine deny > ask > modify > allow > abstain',
    'aos-sdk.decision.recheck':
      'handlers that judged another value judge the final one once more, under the same decisionId',
    'aos-sdk.decision.unsettled':
      'changing the value again in that second look is a deny modify_did_not_settle',
    'aos-sdk.decision.validated':
      'a modification is validated by the operation, and refused as a deny where it does not fit',
    'aos-sdk.decision.timeout':
      'a handler that does not answer in time is a deny, and what it does later is recorded and never applied',
    'aos-sdk.decision.fail-open': 'failing open is by handler, with a reason, and recorded each time',
    'aos-sdk.decision.opaque': 'what JSON cannot hold is allowed or denied, and not modified',
    'aos-sdk.decision.verdict-ignored':
      'abstaining over a verdict that is no allow, or not yet known, is a deny verdict_ignored',
    'aos-sdk.decision.shadow':
      'a shadow handler is recorded, and its verdicts, errors, writes and delays change nothing',
    'aos-sdk.decision.match':
      'match limits a handler to tools by name or glob, and one that fits no tool is reported',
    'aos-sdk.approval.granted':
      'ask waits for a person, outside the deadline of the handler, and goes on once approved',
    'aos-sdk.approval.refused': 'a refusal, an error, an unclear answer, expiry, or nobody to ask is a deny',
    'aos-sdk.approval.bound': 'an approval is asked for the final value, with its digest',
    'aos-sdk.unenforceable':
      'a deny of an effect outside the process is recorded as not enforced and ends the run',
  }),
  ...rules('design, runs and sessions', 'MUST', {
    'aos-sdk.run.nested':
      'an agent inside another is a child run: parent_run_id, lineage, trigger agent, span parent',
    'aos-sdk.run.nested-handlers': 'the handlers of outer agents judge first, the outermost before all',
    'aos-sdk.run.thrown-scope':
      'a thrown error ends the run of the agent whose handler threw and the runs inside it; for those outside it is the error of a tool',
    'aos-sdk.run.abort':
      'an aborting run starts no effect, signals what runs beside, waits at most a second, and rejects with the stored error',
    'aos-sdk.run.late':
      'what comes after a run has closed is judged in an implicit child run, by the same handlers and those outside',
    'aos-sdk.run.late-agent':
      'an agent that is started by work which outlives its run is a child of that run, judged by its handlers and those outside',
    'aos-sdk.run.once': 'a run ends once',
    'aos-sdk.run.status':
      'a run is completed, failed, or cancelled by its signal; its outcome is partial where something was denied',
    'aos-sdk.session.precedence':
      'the session is that of the call, else of the view, else of the adopted span, else of the thread, else generated',
    'aos-sdk.session.judged-once':
      'a session judges each message of the user once, until policies change; a generated one judges all',
    'aos-sdk.session.adopted':
      'a span that carries aos.session.id is adopted, and several runs inside add up on it',
    'aos-sdk.instrument.proxy':
      'the instrument is the agent behind a proxy: same class, the original untouched, unwrap gives it back',
    'aos-sdk.instrument.twice':
      'wrapping a wrapped agent gives it back, and with options throws already_instrumented',
    'aos-sdk.instrument.independent': 'two wraps of one agent are independent',
    'aos-sdk.instrument.views': 'views share hooks and runs, and each keeps its session, user and tracer',
    'aos-sdk.instrument.ambient-tool':
      'tool(fn) is judged in the run it is called from, and refuses to be called outside of one',
    'aos-sdk.instrument.bound-tool':
      'aos.tool(fn) is judged in its own run, wherever it is called from, and after it in an implicit run',
    'aos-sdk.instrument.describe':
      'describe() tells agent, adapter, components, coverage, handlers and sinks',
    'aos-sdk.instrument.expected-hooks':
      'hooks that a configuration enables are listed until a handler judges them',
    'aos-sdk.instrument.required-hooks': 'what no handler judges at a required hook is denied hook_unhandled',
    'aos-sdk.options': 'each option that means nothing is refused by name',
    'aos-sdk.errors': 'an error has a code and a fix, and is recognised by brand, across copies of the SDK',
  }),
  ...rules('design, spans and privacy', 'MUST', {
    'aos-sdk.span.names': 'spans, kinds and attributes are those of the GenAI conventions and of AOS',
    'aos-sdk.span.decision':
      'a decision is an event aos.decision that tells verdict, enforcement, who, why and how long',
    'aos-sdk.span.status': 'a denial is no error status; errors are',
    'aos-sdk.span.usage':
      'usage is on the span of the model call only; the run has names of its own for the sum',
    'aos-sdk.span.concurrent': '200 runs at once are 200 traces, and no span stands in another',
    'aos-sdk.span.hostile-tracer': 'a tracer that throws everywhere changes nothing',
    'aos-sdk.span.unsampled': 'a run that is sampled out takes the spans inside it along',
    'aos-sdk.span.disabled':
      'with telemetry off, by OTEL_SDK_DISABLED or for want of a provider, guards hold and records are made',
    'aos-sdk.privacy.preview': 'a preview has at most 500 code points',
    'aos-sdk.privacy.off': 'with capture off no content is recorded',
    'aos-sdk.privacy.canary': 'no secret reaches an event, a span or a record, whatever value it hides in',
    'aos-sdk.privacy.reasons':
      'reasons, codes and messages of errors are redacted, those of shadow handlers and of admission too',
    'aos-sdk.privacy.digest': 'digests that leave the process are keyed',
  }),
  ...rules('design, AgentRun', 'MUST', {
    'aos-sdk.agent-run.valid':
      'each finished run is an AgentRun that fits its schema, denied, failed and nested ones too',
    'aos-sdk.agent-run.signed': 'a signed run is verified, and refused once anything in it was changed',
    'aos-sdk.agent-run.cost':
      'dollars come from a price function or a dated table; what is not known is absent',
    'aos-sdk.agent-run.denied': 'a denied call is a tool_call with success false and no result',
    'aos-sdk.reporter.delivers': 'the reporter posts each run once, with its key, and follows no redirect',
    'aos-sdk.reporter.retries': '408, 429 with Retry-After, 5xx and an unreachable server are tried again',
    'aos-sdk.reporter.rejects': 'what a server refuses for good is counted, and not tried again',
    'aos-sdk.reporter.spools':
      'what could not be sent is kept on disk without the key, and sent by the next reporter',
    'aos-sdk.reporter.announces':
      'a run that lasts is shown as running within a second, and completed in place',
    'aos-sdk.reporter.order': 'a start never outlives its run, and never takes the place of its end',
    'aos-sdk.reporter.servers':
      'a server that forgot the start, cannot update a run or did not answer still gets each end once',
    'aos-sdk.reporter.bounded': 'with the server down memory and disk are bounded, and each drop is counted',
    'aos-sdk.reporter.unfinished':
      'a run whose process has ended is completed once: failed, abandoned, at the last moment that is known',
    'aos-sdk.reporter.documents': "a run's evidence and AgBOM reach the server as durably as its record",
  }),
  ...rules('design, evaluations', 'MUST', {
    'aos-sdk.evals.contained':
      'a scorer that throws, or answers with no EvalResult, is an evaluation that fails and says why',
    'aos-sdk.evals.private': 'no secret is in what an evaluation says',
    'aos-sdk.evals.judge': 'an answer of a judging model that is not exactly of its form is a vote against',
    'aos-sdk.evals.signed': 'an evaluation leaves the signature of its run valid',
    'aos-sdk.evals.false-alarms':
      'a change is claimed no more often than alpha says where there is none, and never where too little is known',
    'aos-sdk.evals.guard-packs':
      'each task of the packs passes with the guardian, and fails without it and with a guard that denies all',
  }),
}
