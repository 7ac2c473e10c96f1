import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/app-error.js';
import { clock } from '../common/clock.js';
import { newId } from '../common/ids.js';
import { log } from '../common/log.js';
import { Database } from '../database/database.js';
import { languageOf } from '../media/country.js';
import type { MediaLeg } from '../media/media-leg.js';
import { Prompts, type Prompt } from '../media/prompts.js';
import { RecordingFiles } from '../media/recording-files.js';
import { Provisioning } from '../provisioning/provisioning.js';
import { recordingRule, type RecordingQuestion } from '../routing/recording-rule.js';
import { CALL_RECORDED } from '../routing/router.js';
import type { Segment } from './segment.js';
import type { LiveCall } from './live-call.js';

/** A recording that is ordered: what its leg is ordered afterwards is recorded. */
export interface OrderedRecording {
  segment: Segment;
  /** Resolves when the media server has answered. Never rejects. */
  begun: Promise<void>;
}

const NOT_RECORDED: Segment = { recordingId: null, recordingPath: null, ruleId: null, retentionDays: null };

export const recordingQuestionOf = (call: LiveCall): Omit<RecordingQuestion, 'extensionId'> => ({
  companyId: call.companyId,
  callId: call.id,
  direction: call.direction,
  companyNumber: call.companyNumber,
});

/** The recording of a live call: on the client's leg from the answer to the end, whichever manager he talks with. */
@Injectable()
export class CallRecording {
  constructor(
    private readonly files: RecordingFiles,
    private readonly provisioning: Provisioning,
    private readonly prompts: Prompts,
    private readonly database: Database,
  ) {}

  /** Asks the company's rules, and orders it. Never rejects: a disk that is full keeps nobody from talking. */
  async begin(call: LiveCall, clientLeg: MediaLeg, extensionId: string): Promise<OrderedRecording> {
    const question = { ...recordingQuestionOf(call), extensionId };
    const { record, ruleId, retentionDays } = recordingRule(this.provisioning.snapshot, question);
    if (!record) return { segment: { ...NOT_RECORDED, ruleId }, begun: Promise.resolve() };
    call.recording = { id: newId(), ruleId, retentionDays, paused: false };
    return this.order(call, clientLeg);
  }

  /**
   * Of a call that an earlier process began: it runs on the client's leg, which nobody has touched; the rule is with its row.
   * Never rejects: whether it is paused is read anew when the database is back (RecordingPauses).
   */
  async takeOver(call: LiveCall, id: string): Promise<void> {
    const paused = await this.isPaused(call).catch(() => false);
    call.recording = { id, ruleId: null, retentionDays: null, paused };
  }

  /** Goes on in a file of its own, as after the loss of a media server; paused where it was. Never rejects. */
  async goOn(call: LiveCall, clientLeg: MediaLeg): Promise<Segment> {
    const { segment, begun } = await this.order(call, clientLeg);
    await begun;
    const { recordingPath } = segment;
    if (recordingPath !== null)
      await this.pauseAgain(call, clientLeg, recordingPath).catch(notRecorded(call));
    return segment;
  }

  private async order(call: LiveCall, clientLeg: MediaLeg): Promise<OrderedRecording> {
    const { companyId, id: callId, recording } = call;
    if (!recording) return { segment: NOT_RECORDED, begun: Promise.resolve() };
    const { id: recordingId, ruleId, retentionDays } = recording;
    const recordingPath = this.files.segmentPath(companyId, callId, new Date(clock.now()));
    const path = await this.files.prepare(recordingPath).catch(notRecorded(call));
    const begun = path === undefined ? Promise.resolve() : clientLeg.record(path).catch(notRecorded(call));
    return { segment: { recordingId, recordingPath, ruleId, retentionDays }, begun };
  }

  private async pauseAgain(call: LiveCall, clientLeg: MediaLeg, recordingPath: string): Promise<void> {
    if (await this.isPaused(call))
      await clientLeg.maskRecording(this.files.absolutePath(recordingPath), true);
  }

  /** What both parties are to hear before they hear each other; undefined where that is nothing. */
  announcement({ companyId, companyNumber, direction, recording }: LiveCall): Prompt | undefined {
    const { companyNumbers, companies } = this.provisioning.snapshot;
    const when = companyNumbers.get(companyNumber ?? '')?.announceRecording;
    // Whoever is called has not heard anything before he answers.
    const isDue = when === 'at-answer' || (when === 'before-ringing' && direction === 'outbound');
    if (!isDue || !recording) return undefined;
    return this.prompts.get(CALL_RECORDED, languageOf(companies.get(companyId)?.country ?? ''), companyId);
  }

  /** Whoever asked for the pause may have asked another control plane: the row knows. */
  isPaused({ id, companyId }: LiveCall): Promise<boolean> {
    return this.database.transaction(companyId, async (tx) => {
      const [row]: { paused: boolean }[] = await tx.query(
        `SELECT pauses @> '[{"to": null}]' AS paused FROM recording WHERE call_id = $1`,
        [id],
      );
      return row?.paused ?? false;
    });
  }
}

/** What is missing is found and written down after the call. */
const notRecorded =
  ({ id }: LiveCall) =>
  (error: unknown): undefined => {
    log('calls').error({ callId: id, error: messageOf(error) }, 'the call is not recorded');
    return undefined;
  };
