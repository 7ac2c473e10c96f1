import { createHash } from 'node:crypto';
import type { RecordingRuleConfig, Snapshot } from '../provisioning/config.js';

/** What a recording rule is asked about. */
export interface RecordingQuestion {
  companyId: string;
  callId: string;
  direction: 'inbound' | 'outbound' | 'internal';
  /** E.164. */
  companyNumber: string | undefined;
  /** The manager; undefined while it is not known who will answer. */
  extensionId: string | undefined;
}

export interface RecordingAnswer {
  record: boolean;
  /** Null where no rule fits. */
  ruleId: string | null;
  /** Null: kept until somebody deletes it. */
  retentionDays: number | null;
}

const NOT_RECORDED: RecordingAnswer = { record: false, ruleId: null, retentionDays: null };
const RECORDED_ANYHOW: RecordingAnswer = { record: true, ruleId: null, retentionDays: null };

/**
 * Whether a call is recorded. Pure: the first rule that fits decides, by its share; where none fits a call with a
 * client is recorded. Calls between extensions are as the company has them.
 */
export function recordingRule(snapshot: Snapshot, question: RecordingQuestion): RecordingAnswer {
  if (question.direction === 'internal') {
    const company = snapshot.companies.get(question.companyId);
    return company?.recordsInternalCalls ? RECORDED_ANYHOW : NOT_RECORDED;
  }
  for (const rule of snapshot.recordingRules.values()) {
    if (!fitsButForManager(snapshot, rule, question)) continue;
    if (rule.extensionId !== null && rule.extensionId !== question.extensionId) continue;
    const { id: ruleId, retentionDays } = rule;
    return { record: isInShare(question.callId, rule.sharePercent), ruleId, retentionDays };
  }
  return RECORDED_ANYHOW;
}

/** Whether a call is recorded whoever answers, or by who answers: then it is announced before the phones ring. */
export function mayBeRecorded(snapshot: Snapshot, question: Omit<RecordingQuestion, 'extensionId'>): boolean {
  const answerers = [...snapshot.recordingRules.values()].map(({ extensionId }) => extensionId ?? undefined);
  return [undefined, ...answerers].some(
    (extensionId) => recordingRule(snapshot, { ...question, extensionId }).record,
  );
}

function fitsButForManager(
  snapshot: Snapshot,
  rule: RecordingRuleConfig,
  question: RecordingQuestion,
): boolean {
  const number = snapshot.companyNumbers.get(question.companyNumber ?? '');
  return (
    rule.companyId === question.companyId &&
    (rule.direction === null || rule.direction === question.direction) &&
    (rule.companyNumberId === null || rule.companyNumberId === number?.id)
  );
}

/** The same answer for the same call, on whichever control plane and however often it is asked. */
function isInShare(callId: string, percent: number): boolean {
  return createHash('sha256').update(callId).digest().readUInt32BE(0) / 2 ** 32 < percent / 100;
}
