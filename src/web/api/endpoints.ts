import type { CallDetail, CallsQuery, CallView } from '../../contracts/calls.js';
import type { ClientAnswer, ClientChange, ClientsQuery } from '../../contracts/clients.js';
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
import type { Page, PageQuery } from '../../contracts/page.js';
import type { RecordingsQuery, RecordingView } from '../../contracts/recordings.js';

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
const remove = write('DELETE');

/** Everything the pages ask of the server, with the contracts' types. A test holds it to the OpenAPI document. */
export const API = {
  signIn: post<{ user: Person }, SignInRequest>('/sign-in'),
  signOut: post<void>('/sign-out'),
  me: read<Me>('/me'),
  changePassword: post<void, PasswordChange>('/me/password'),

  calls: read<Page<CallView>, CallsQuery>('/calls'),
  call: read<CallDetail>('/calls/{id}'),
  clients: read<Page<ClientAnswer>, ClientsQuery>('/clients'),
  client: read<ClientAnswer>('/clients/{id}'),
  changeClient: patch<ClientAnswer, ClientChange>('/clients/{id}'),
  followUps: read<Page<FollowUpView>, FollowUpsQuery>('/follow-ups'),
  closeFollowUp: post<FollowUpView, FollowUpClosing>('/follow-ups/{id}/close'),
  recordings: read<Page<RecordingView>, RecordingsQuery>('/recordings'),
  recording: read<RecordingView>('/recordings/{id}'),
  ledger: read<Page<LedgerEntryView>, LedgerQuery>('/ledger'),

  people: read<Page<Person>, PageQuery>('/people'),
  createPerson: post<Person, PersonNew>('/people'),
  changePerson: patch<Person, PersonChange>('/people/{id}'),
  removePerson: remove<void>('/people/{id}'),
} as const;
