import { newId } from '../common/ids.js';
import {
  Snapshot,
  type CompanyConfig,
  type CompanyNumberConfig,
  type RecordingRuleConfig,
} from '../provisioning/config.js';
import { mayBeRecorded, recordingRule, type RecordingQuestion } from './recording-rule.js';

const rule = (id: string, over: Partial<RecordingRuleConfig> = {}): RecordingRuleConfig => ({
  id,
  companyId: 'c1',
  position: 0,
  name: id,
  companyNumberId: null,
  direction: null,
  extensionId: null,
  sharePercent: 100,
  retentionDays: null,
  ...over,
});
const rowsOf = ({ recordingRules }: Snapshot) => ({
  companyNumbers: [],
  trunks: [],
  extensions: [],
  groups: [],
  recordingRules: [...recordingRules.values()],
});
const snapshot = (...recordingRules: RecordingRuleConfig[]): Snapshot =>
  new Snapshot({
    companies: [],
    companyNumbers: [{ id: 'n1', companyId: 'c1', number: '+74950000100' } as CompanyNumberConfig],
    trunks: [],
    extensions: [],
    groups: [],
    recordingRules,
  });
const question: RecordingQuestion = {
  companyId: 'c1',
  callId: '01990000-0000-7000-8000-000000000001',
  direction: 'inbound',
  companyNumber: '+74950000100',
  extensionId: 'e1',
};

describe('whether a call is recorded', () => {
  it('it is, where no rule says otherwise, and kept', () => {
    expect(recordingRule(snapshot(), question)).toEqual({ record: true, ruleId: null, retentionDays: null });
  });

  it.each([true, false])('between extensions as the company has it: %s', (recordsInternalCalls) => {
    const company = { id: 'c1', recordsInternalCalls } as CompanyConfig;
    const rules = snapshot(rule('none', { sharePercent: recordsInternalCalls ? 0 : 100 }));
    const internal = new Snapshot({ ...rowsOf(rules), companies: [company] });
    expect(recordingRule(internal, { ...question, direction: 'internal' }).record).toBe(recordsInternalCalls);
  });

  it.each<[string, Partial<RecordingRuleConfig>, boolean]>([
    ['the number it came to', { companyNumberId: 'n1' }, true],
    ['another number', { companyNumberId: 'n2' }, false],
    ['its direction', { direction: 'inbound' }, true],
    ['the other direction', { direction: 'outbound' }, false],
    ['its manager', { extensionId: 'e1' }, true],
    ['another manager', { extensionId: 'e2' }, false],
    ['another company', { companyId: 'c2' }, false],
    ['all of its own', { companyNumberId: 'n1', direction: 'inbound', extensionId: 'e1' }, true],
    ['its number and another manager', { companyNumberId: 'n1', extensionId: 'e2' }, false],
  ])('a rule for %s decides: %j %s', (_, over, decides) => {
    const answer = recordingRule(
      snapshot(rule('asked', { ...over, sharePercent: 0, retentionDays: 7 })),
      question,
    );
    expect(answer).toEqual(
      decides
        ? { record: false, ruleId: 'asked', retentionDays: 7 }
        : { record: true, ruleId: null, retentionDays: null },
    );
  });

  it('the first rule by position that fits decides, in whatever order they were made', () => {
    const first = rule('first', { position: 1, retentionDays: 30 });
    const second = rule('second', { position: 2, sharePercent: 0 });
    for (const rules of [snapshot(first, second), snapshot(second, first)]) {
      expect(recordingRule(rules, question)).toEqual({ record: true, ruleId: 'first', retentionDays: 30 });
    }
  });

  it('a share is kept within a few percent, and a call’s answer never changes', () => {
    const rules = snapshot(rule('some', { sharePercent: 30 }));
    const calls = Array.from({ length: 5000 }, () => ({ ...question, callId: newId() }));
    const answers = calls.map((one) => recordingRule(rules, one).record);
    expect(answers.filter(Boolean).length / calls.length).toBeCloseTo(0.3, 1);
    expect(calls.map((one) => recordingRule(rules, one).record)).toEqual(answers);
  });

  it('before it is known who answers, it may be where any manager’s is', () => {
    const early = { ...question, extensionId: undefined };
    const none = rule('none', { position: 9, sharePercent: 0 });
    expect(mayBeRecorded(snapshot(none), early)).toBe(false);
    expect(mayBeRecorded(snapshot(rule('e2', { extensionId: 'e2' }), none), early)).toBe(true);
    expect(mayBeRecorded(snapshot(rule('out', { direction: 'outbound' }), none), early)).toBe(false);
    expect(mayBeRecorded(snapshot(rule('not e2', { extensionId: 'e2', sharePercent: 0 })), early)).toBe(true);
  });
});
