import type { Presence, PresenceChange, SuperviseRequest, SupervisionView } from '../../contracts/live.js';
import type { CallDetail, CallRequest, CallsQuery, CallView } from '../../contracts/calls.js';
import type {
  ClientAnswer,
  ClientChange,
  ClientNote,
  ClientNoteNew,
  ClientsQuery,
} from '../../contracts/clients.js';
import type { Figures, FiguresQuery } from '../../contracts/figures.js';
import type { FollowUpClosing, FollowUpsQuery, FollowUpView } from '../../contracts/follow-ups.js';
import type {
  Me,
  PasswordChange,
  Person,
  PersonChange,
  PersonNew,
  SignInRequest,
} from '../../contracts/identity.js';
import type { LedgerEntryView, LedgerQuery } from '../../contracts/ledger.js';
import type { MediaServerView } from '../../contracts/media-servers.js';
import type { Page, PageQuery } from '../../contracts/page.js';
import type {
  Company,
  CompanyChange,
  CompanyNumber,
  CompanyNumberChange,
  CompanyNumberNew,
  Extension,
  ExtensionChange,
  ExtensionNew,
  ExtensionWithPassword,
  RingGroup,
  RingGroupChange,
  RingGroupNew,
  Trunk,
  TrunkChange,
  TrunkNew,
} from '../../contracts/provisioning.js';
import type {
  NoteNew,
  NoteView,
  PeaksView,
  RecordingsQuery,
  RecordingView,
} from '../../contracts/recordings.js';
import type { DemoLine, PhoneCredentials } from '../../contracts/phone.js';
import type { PromptView } from '../../contracts/prompts.js';
import type { RightsTable } from '../../contracts/rights.js';
import type { SoftphoneLink } from '../../contracts/softphone-link.js';
import type { TrunkTestRequest, TrunkTestView } from '../../contracts/trunk-test.js';
import type { RegisteredDevice, SoftphoneSettings, TrunkStateView } from '../../contracts/standing.js';

interface Items<Item> {
  items: Item[];
}

/** One operation of the REST interface; `Answer` and `Input` exist for the compiler alone. */
export interface Endpoint<Answer, Input = undefined> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Under /api/v1; `{id}` stands for a parameter. */
  readonly path: string;
  readonly types?: (input: Input) => Answer;
}

const read = <Answer, Query = undefined>(path: string): Endpoint<Answer, Partial<Query>> => ({
  method: 'GET',
  path,
});
const write =
  (method: 'POST' | 'PATCH' | 'PUT' | 'DELETE') =>
  <Answer, Body = undefined>(path: string): Endpoint<Answer, Body> => ({ method, path });
const post = write('POST');
const patch = write('PATCH');
const put = write('PUT');
const remove = write('DELETE');

/** Everything the pages ask of the server, with the contracts' types. A test holds it to the OpenAPI document. */
export const API = {
  signIn: post<{ user: Person }, SignInRequest>('/sign-in'),
  signOut: post<void>('/sign-out'),
  me: read<Me>('/me'),
  changePassword: post<void, PasswordChange>('/me/password'),
  presence: read<Presence>('/me/presence'),
  changePresence: put<Presence, PresenceChange>('/me/presence'),

  calls: read<Page<CallView>, CallsQuery>('/calls'),
  call: read<CallDetail>('/calls/{id}'),
  startCall: post<CallView, CallRequest>('/calls'),
  endCall: remove<void>('/calls/{id}'),
  supervise: post<void, SuperviseRequest>('/calls/{id}/supervise'),
  changeSupervision: patch<SupervisionView, SuperviseRequest>('/supervision'),
  endSupervision: remove<void>('/supervision'),
  phoneCredentials: post<PhoneCredentials>('/phone/credentials'),
  demo: read<DemoLine>('/demo'),
  clients: read<Page<ClientAnswer>, ClientsQuery>('/clients'),
  client: read<ClientAnswer>('/clients/{id}'),
  changeClient: patch<ClientAnswer, ClientChange>('/clients/{id}'),
  clientNotes: read<Items<ClientNote>>('/clients/{id}/notes'),
  writeClientNote: post<ClientNote, ClientNoteNew>('/clients/{id}/notes'),
  takeBackClientNote: remove<void>('/clients/{id}/notes/{noteId}'),
  followUps: read<Page<FollowUpView>, FollowUpsQuery>('/follow-ups'),
  closeFollowUp: post<FollowUpView, FollowUpClosing>('/follow-ups/{id}/close'),
  recordings: read<Page<RecordingView>, RecordingsQuery>('/recordings'),
  recording: read<RecordingView>('/recordings/{id}'),
  peaks: read<PeaksView>('/recordings/{id}/peaks'),
  recordingNotes: read<Items<NoteView>>('/recordings/{id}/notes'),
  writeRecordingNote: post<NoteView, NoteNew>('/recordings/{id}/notes'),
  removeRecordingNote: remove<void>('/recordings/{id}/notes/{noteId}'),
  figures: read<Figures, FiguresQuery>('/figures'),
  ledger: read<Page<LedgerEntryView>, LedgerQuery>('/ledger'),

  people: read<Page<Person>, PageQuery>('/people'),
  createPerson: post<Person, PersonNew>('/people'),
  changePerson: patch<Person, PersonChange>('/people/{id}'),
  removePerson: remove<void>('/people/{id}'),
  company: read<Company>('/company'),
  changeCompany: patch<Company, CompanyChange>('/company'),
  extensions: read<Page<Extension>, PageQuery>('/extensions'),
  createExtension: post<ExtensionWithPassword, ExtensionNew>('/extensions'),
  changeExtension: patch<Extension, ExtensionChange>('/extensions/{id}'),
  softphoneLink: post<SoftphoneLink>('/extensions/{id}/softphone-link'),
  newSipPassword: post<ExtensionWithPassword>('/extensions/{id}/sip-password'),
  removeExtension: remove<void>('/extensions/{id}'),
  groups: read<Page<RingGroup>, PageQuery>('/ring-groups'),
  createGroup: post<RingGroup, RingGroupNew>('/ring-groups'),
  changeGroup: patch<RingGroup, RingGroupChange>('/ring-groups/{id}'),
  removeGroup: remove<void>('/ring-groups/{id}'),
  numbers: read<Page<CompanyNumber>, PageQuery>('/company-numbers'),
  createNumber: post<CompanyNumber, CompanyNumberNew>('/company-numbers'),
  changeNumber: patch<CompanyNumber, CompanyNumberChange>('/company-numbers/{id}'),
  removeNumber: remove<void>('/company-numbers/{id}'),
  trunks: read<Page<Trunk>, PageQuery>('/trunks'),
  createTrunk: post<Trunk, TrunkNew>('/trunks'),
  changeTrunk: patch<Trunk, TrunkChange>('/trunks/{id}'),
  removeTrunk: remove<void>('/trunks/{id}'),

  testTrunk: post<TrunkTestView, TrunkTestRequest>('/trunks/{id}/test'),
  prompts: read<Items<PromptView>>('/prompts'),
  putPrompt: put<PromptView, Blob>('/prompts/{language}/{name}'),
  removePrompt: remove<void>('/prompts/{language}/{name}'),

  rights: read<RightsTable>('/rights'),
  devices: read<Items<RegisteredDevice>>('/devices'),
  trunkStates: read<Items<TrunkStateView>>('/trunk-states'),
  softphone: read<SoftphoneSettings>('/softphone-settings'),
  mediaServers: read<Items<MediaServerView>>('/media-servers'),
} as const;
