import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { log } from '../common/log.js';
import { PhoneNumber } from '../common/phone-number.js';
import { Sealer } from '../common/sealer.js';
import { TypedEvents } from '../common/typed-events.js';
import { Database } from '../database/database.js';
import {
  Snapshot,
  type CompanyConfig,
  type CompanyNumberConfig,
  type ExtensionConfig,
  type GroupConfig,
  type RecordingRuleConfig,
  type TrunkConfig,
} from './config.js';
import {
  Company,
  CompanyNumber,
  Extension,
  Mobile,
  DiallingRules,
  RecordingRule,
  RingGroup,
  RingGroupMember,
  Trunk,
} from './entities.js';
import { secretContext } from './secret-context.js';

/**
 * What administrators set up, held in memory: calls are routed and phones are challenged from the snapshot, never
 * from the database, so that both go on while PostgreSQL is away.
 */
@Injectable()
export class Provisioning implements OnModuleInit {
  readonly events = new TypedEvents<{ changed: Snapshot }>();
  private current = Snapshot.empty;
  private reading?: Promise<void>;
  private wantedAgain = false;

  constructor(
    private readonly database: Database,
    private readonly sealer: Sealer,
  ) {}

  /** Immutable, replaced whole: take it once per decision. */
  get snapshot(): Snapshot {
    return this.current;
  }

  async onModuleInit(): Promise<void> {
    await this.reload();
  }

  /**
   * Reads everything again and publishes `changed`. Reloads asked for meanwhile become one more, so that what was
   * committed before the call is in the snapshot when the promise resolves.
   */
  async reload(): Promise<void> {
    if (this.reading) {
      this.wantedAgain = true;
      return this.reading;
    }
    this.reading = this.readUntilCurrent().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async readUntilCurrent(): Promise<void> {
    do {
      this.wantedAgain = false;
      this.current = await this.database.transaction('*', (tx) => this.read(tx));
    } while (this.wantedAgain);
    const { companies, companyNumbers, trunks, extensions, groups } = this.current;
    log('provisioning').debug(
      {
        companies: companies.size,
        companyNumbers: companyNumbers.size,
        trunks: trunks.size,
        extensions: extensions.size,
        groups: groups.size,
      },
      'snapshot replaced',
    );
    this.events.publish('changed', this.current);
  }

  private async read(tx: EntityManager): Promise<Snapshot> {
    const oldestFirst = { order: { createdAt: 'ASC', id: 'ASC' } } as const;
    const mobiles = new Map((await tx.find(Mobile)).map((row) => [row.id, row]));
    const members = await tx.find(RingGroupMember, { order: { position: 'ASC' } });
    return new Snapshot({
      companies: (await tx.find(Company, oldestFirst)).map((row) => companyConfig(row, this.sealer)),
      companyNumbers: (await tx.find(CompanyNumber, oldestFirst)).map(companyNumberConfig),
      trunks: (await tx.find(Trunk, oldestFirst)).map((row) => trunkConfig(row, this.sealer)),
      extensions: (await tx.find(Extension, oldestFirst)).map((row) =>
        extensionConfig(row, mobiles.get(row.mobileId ?? ''), this.sealer),
      ),
      diallingRules: await tx.find(DiallingRules),
      groups: (await tx.find(RingGroup, oldestFirst)).map((row) =>
        groupConfig(
          row,
          members.filter((member) => member.groupId === row.id),
        ),
      ),
      recordingRules: (await tx.find(RecordingRule, oldestFirst)).map(recordingRuleConfig),
    });
  }
}

const companyConfig = (row: Company, sealer: Sealer): CompanyConfig => ({
  id: row.id,
  name: row.name,
  country: row.country,
  sipDomain: row.sipDomain,
  revealQuota: row.revealQuota,
  proxyFreshDays: row.proxyFreshDays,
  callbackPin: row.callbackPinSealed && sealer.open(row.callbackPinSealed, secretContext.callbackPin(row.id)),
  stickyMinutes: row.stickyMinutes,
  timeZone: row.timeZone,
  recordsInternalCalls: row.recordsInternalCalls,
  keepOriginalRecordings: row.keepOriginalRecordings,
  supervisionTone: row.supervisionTone,
});

const companyNumberConfig = (row: CompanyNumber): CompanyNumberConfig => ({
  id: row.id,
  companyId: row.companyId,
  number: row.number,
  name: row.name,
  groupId: row.groupId,
  greeting: row.greeting,
  isProxy: row.isProxy,
  stickyMinutes: row.stickyMinutes,
  announceRecording: row.announceRecording,
});

const trunkConfig = (row: Trunk, sealer: Sealer): TrunkConfig => ({
  id: row.id,
  companyId: row.companyId,
  name: row.name,
  kind: row.kind,
  sourceAddresses: Object.freeze(row.sourceAddresses),
  host: row.host,
  port: row.port,
  transport: row.transport,
  username: row.username,
  password: row.passwordSealed && sealer.open(row.passwordSealed, secretContext.trunk(row.id)),
  callerIdFormat: row.callerIdFormat,
  dialFormat: row.dialFormat,
  outboundProxy: row.outboundProxy,
  enabled: row.enabled,
});

const extensionConfig = (row: Extension, mobile: Mobile | undefined, sealer: Sealer): ExtensionConfig => ({
  id: row.id,
  companyId: row.companyId,
  number: row.number,
  name: row.name,
  maxDevices: row.maxDevices,
  dialsNumbers: row.dialsNumbers,
  sipPassword: sealer.open(row.sipPasswordSealed, secretContext.extension(row.id)),
  mobile: mobile
    ? Object.freeze({
        id: mobile.id,
        number: PhoneNumber.fromE164(sealer.open(mobile.numberSealed, secretContext.mobile(mobile.id))),
      })
    : null,
  mobileMode: row.mobileMode,
  language: row.language,
  mobileDelayMs: row.mobileDelayS * 1000,
  away: row.awaySince ? Object.freeze({ backAt: row.backAt?.getTime() ?? null }) : null,
});

const groupConfig = (row: RingGroup, members: RingGroupMember[]): GroupConfig => ({
  id: row.id,
  companyId: row.companyId,
  name: row.name,
  strategy: row.strategy,
  ringTimeoutMs: row.ringTimeoutS * 1000,
  overflowGroupId: row.overflowGroupId,
  memberIds: Object.freeze(members.map((member) => member.extensionId)),
});

const recordingRuleConfig = (row: RecordingRule): RecordingRuleConfig => ({
  id: row.id,
  companyId: row.companyId,
  position: row.position,
  name: row.name,
  companyNumberId: row.companyNumberId,
  direction: row.direction,
  extensionId: row.extensionId,
  sharePercent: row.sharePercent,
  retentionDays: row.retentionDays,
});
