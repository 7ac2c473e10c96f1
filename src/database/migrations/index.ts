import { Foundation1700000000001 } from './1700000000001-foundation.js';
import { CallsOut1700000000002 } from './1700000000002-calls-out.js';
import { Vault1700000000003 } from './1700000000003-vault.js';
import { Mobiles1700000000004 } from './1700000000004-mobiles.js';
import { DiallingRules1700000000005 } from './1700000000005-dialling-rules.js';
import { Supervision1700000000006 } from './1700000000006-supervision.js';
import { Recordings1700000000007 } from './1700000000007-recordings.js';
import { WebNeeds1700000000008 } from './1700000000008-web-needs.js';
import { Talks1700000000010 } from './1700000000010-talks.js';
import { Installation1700000000011 } from './1700000000011-installation.js';
import { DataKeys1700000000012 } from './1700000000012-data-keys.js';
import { Phone1700000000013 } from './1700000000013-phone.js';
import { Supervisors1700000000014 } from './1700000000014-supervisors.js';
import { Pages1700000000016 } from './1700000000016-pages.js';
import { Languages1700000000017 } from './1700000000017-languages.js';
import { Search1700000000020 } from './1700000000020-search.js';
import { SoftphoneLinks1700000000022 } from './1700000000022-softphone-links.js';
import { LaterOpus1700000000023 } from './1700000000023-later-opus.js';
import { RulePositions1700000000024 } from './1700000000024-rule-positions.js';

/** In the order in which they run. One that has been released is never changed again. */
export const MIGRATIONS = [
  Foundation1700000000001,
  CallsOut1700000000002,
  Vault1700000000003,
  Mobiles1700000000004,
  DiallingRules1700000000005,
  Supervision1700000000006,
  Recordings1700000000007,
  WebNeeds1700000000008,
  Talks1700000000010,
  Installation1700000000011,
  DataKeys1700000000012,
  Phone1700000000013,
  Supervisors1700000000014,
  Pages1700000000016,
  Languages1700000000017,
  Search1700000000020,
  SoftphoneLinks1700000000022,
  LaterOpus1700000000023,
  RulePositions1700000000024,
];
