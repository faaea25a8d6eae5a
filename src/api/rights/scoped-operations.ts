import type { OperationResult, Operations, Refusal } from '../../engine/operations.js';
import { withOwnCallBack } from '../../ledger/call-scope.js';
import { liveCallMembers } from './live-call-members.js';

/** What a request may see of the running engine, and ask of it. */
export type SeenOperations = Pick<
  Operations,
  | 'liveCalls'
  | 'liveCall'
  | 'screenPop'
  | 'liveAlerts'
  | 'locate'
  | 'transfer'
  | 'controlTransfer'
  | 'hangUp'
  | 'agentStatuses'
  | 'waitingCallers'
  | 'askAgentState'
  | 'recordings'
  | 'monitors'
  | 'callBacks'
  | 'noteCalledBack'
>;

/**
 * The engine with no calls and agents but those of some members: others are not there, whatever is asked of them.
 *
 * @param ended whether a call that the ledger has is theirs
 */
export function scopedOperations(
  engine: Operations,
  members: readonly string[],
  ended: (callId: string) => Promise<boolean>,
): SeenOperations {
  const isOurs = (member: string | null): boolean => member !== null && members.includes(member);
  const liveCall: Operations['liveCall'] = (id) => {
    const call = engine.liveCall(id);
    if (call === undefined) return undefined;
    const ours = [...liveCallMembers(call, engine.waitingCallers())].some(isOurs);
    return ours ? withOwnCallBack(call, members) : undefined;
  };
  const sees = (callId: string): boolean => liveCall(callId) !== undefined;
  const agentStatuses: Operations['agentStatuses'] = () =>
    engine.agentStatuses().filter(({ agent }) => isOurs(agent.member));
  const isOurAgent = (id: string): boolean => agentStatuses().some(({ agent }) => agent.id === id);
  const onCall = <T>(callId: string, operation: () => T, otherwise = unknownCall): T | Refused =>
    sees(callId) ? operation() : otherwise(callId);
  return {
    liveCall,
    liveCalls: () => {
      const waiting = engine.waitingCallers();
      return engine
        .liveCalls()
        .filter((call) => [...liveCallMembers(call, waiting)].some(isOurs))
        .map((call) => withOwnCallBack(call, members));
    },
    screenPop: (id) => {
      const pop = engine.screenPop(id);
      return pop !== undefined && sees(pop.call.id) ? pop : undefined;
    },
    liveAlerts: () => engine.liveAlerts().filter(({ callId }) => sees(callId)),
    locate: (party, purpose) => engine.locate(party, purpose, sees),
    transfer: async (id, request) => onCall(id, () => engine.transfer(id, request)),
    controlTransfer: async (id, action) => onCall(id, () => engine.controlTransfer(id, action)),
    hangUp: async (id) => onCall(id, () => engine.hangUp(id)),
    agentStatuses,
    waitingCallers: () => engine.waitingCallers().filter(({ queue }) => isOurs(queue)),
    askAgentState: (agent, wish, by) =>
      isOurAgent(agent) ? engine.askAgentState(agent, wish, by) : 'unknown-agent',
    recordings: {
      start: (id, by) => onCall(id, () => engine.recordings.start(id, by)),
      stop: (id) => onCall(id, () => engine.recordings.stop(id)),
    },
    monitors: {
      start: async (id, listener, by) => {
        const ours = 'agent' in listener ? isOurAgent(listener.agent) : isOurs(listener.member);
        if (!ours) return refused('unknown-listener', 'There is no such agent, or desk, of your members.');
        return onCall(id, () => engine.monitors.start(id, listener, by));
      },
      change: async (id, mode, by) => onCall(id, () => engine.monitors.change(id, mode, by), notMonitored),
      stop: (id, by) => onCall(id, () => engine.monitors.stop(id, by), notMonitored),
    },
    callBacks: {
      begin: (request) => {
        const { agent } = request;
        const ours = agent.by === 'agent' ? isOurAgent(agent.agent) : isOurs(agent.member);
        if (!ours) return refused('unknown-agent', 'There is no such agent, or desk, of your members.');
        return engine.callBacks.begin(request);
      },
    },
    noteCalledBack: async (callId, by, note) => {
      if (!(await ended(callId))) throw new RangeError(`"${callId}" is out of scope`);
      return engine.noteCalledBack(callId, by, note);
    },
  };
}

type Refused = Extract<OperationResult<never>, { readonly ok: false }>;

function refused(code: Refusal['code'], message: string): Refused {
  return { ok: false, refusal: { code, message } };
}

/* In the words in which the engine says it of a call that is not there. */
function unknownCall(callId: string): Refused {
  return refused('unknown-call', `There is no live call ${callId}`);
}
function notMonitored(callId: string): Refused {
  return refused('not-monitored', `Nobody listens to a live call ${callId}`);
}
