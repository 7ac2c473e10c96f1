import type { AnswerOf, InputOf, RouteName } from '../../contracts/routes.js';

/** One operation of the REST interface; `Answer` and `Input` exist for the compiler alone. */
export interface Endpoint<Answer, Input = undefined> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Under /api/v1; `{id}` stands for a parameter. */
  readonly path: string;
  readonly types?: (input: Input) => Answer;
}

/** An operation by its name among the contracts' routes: they say what it takes and answers. */
function at<Name extends RouteName>(name: Name): Endpoint<AnswerOf<Name>, InputOf<Name>> {
  const [method, path] = name.split(' ') as [Endpoint<never>['method'], string];
  return { method, path };
}

/** Everything the pages ask of the server. */
export const API = {
  signIn: at('POST /sign-in'),
  signOut: at('POST /sign-out'),
  me: at('GET /me'),
  changePassword: at('POST /me/password'),
  presence: at('GET /me/presence'),
  changePresence: at('PUT /me/presence'),

  calls: at('GET /calls'),
  call: at('GET /calls/{id}'),
  startCall: at('POST /calls'),
  endCall: at('DELETE /calls/{id}'),
  pauseRecording: at('POST /calls/{id}/recording'),
  supervise: at('POST /calls/{id}/supervise'),
  followManager: at('POST /extensions/{id}/follow'),
  changeSupervision: at('PATCH /supervision'),
  endSupervision: at('DELETE /supervision'),
  phoneCredentials: at('POST /phone/credentials'),
  demo: at('GET /demo'),
  clients: at('GET /clients'),
  client: at('GET /clients/{id}'),
  changeClient: at('PATCH /clients/{id}'),
  revealNumber: at('POST /clients/{id}/reveal'),
  clientNotes: at('GET /clients/{id}/notes'),
  writeClientNote: at('POST /clients/{id}/notes'),
  takeBackClientNote: at('DELETE /clients/{id}/notes/{noteId}'),
  followUps: at('GET /follow-ups'),
  closeFollowUp: at('POST /follow-ups/{id}/close'),
  recordings: at('GET /recordings'),
  reconciliation: at('GET /recordings/reconciliation'),
  recording: at('GET /recordings/{id}'),
  peaks: at('GET /recordings/{id}/peaks'),
  recordingNotes: at('GET /recordings/{id}/notes'),
  writeRecordingNote: at('POST /recordings/{id}/notes'),
  removeRecordingNote: at('DELETE /recordings/{id}/notes/{noteId}'),
  deleteRecording: at('POST /recordings/{id}/deletion'),
  holds: at('GET /recording-holds'),
  placeHold: at('POST /recording-holds'),
  liftHold: at('POST /recording-holds/{id}/lift'),
  figures: at('GET /figures'),
  ledger: at('GET /ledger'),

  people: at('GET /people'),
  createPerson: at('POST /people'),
  changePerson: at('PATCH /people/{id}'),
  removePerson: at('DELETE /people/{id}'),
  company: at('GET /company'),
  changeCompany: at('PATCH /company'),
  diallingRules: at('GET /dialling-rules'),
  changeDiallingRules: at('PATCH /dialling-rules'),
  recordingRules: at('GET /recording-rules'),
  createRecordingRule: at('POST /recording-rules'),
  changeRecordingRule: at('PATCH /recording-rules/{id}'),
  removeRecordingRule: at('DELETE /recording-rules/{id}'),
  extensions: at('GET /extensions'),
  createExtension: at('POST /extensions'),
  changeExtension: at('PATCH /extensions/{id}'),
  softphoneLink: at('POST /extensions/{id}/softphone-link'),
  newSipPassword: at('POST /extensions/{id}/sip-password'),
  removeExtension: at('DELETE /extensions/{id}'),
  groups: at('GET /ring-groups'),
  createGroup: at('POST /ring-groups'),
  changeGroup: at('PATCH /ring-groups/{id}'),
  removeGroup: at('DELETE /ring-groups/{id}'),
  numbers: at('GET /company-numbers'),
  createNumber: at('POST /company-numbers'),
  changeNumber: at('PATCH /company-numbers/{id}'),
  removeNumber: at('DELETE /company-numbers/{id}'),
  trunks: at('GET /trunks'),
  createTrunk: at('POST /trunks'),
  changeTrunk: at('PATCH /trunks/{id}'),
  removeTrunk: at('DELETE /trunks/{id}'),

  testTrunk: at('POST /trunks/{id}/test'),
  prompts: at('GET /prompts'),
  putPrompt: at('PUT /prompts/{language}/{name}'),
  removePrompt: at('DELETE /prompts/{language}/{name}'),

  rights: at('GET /rights'),
  devices: at('GET /devices'),
  trunkStates: at('GET /trunk-states'),
  softphone: at('GET /softphone-settings'),
  mediaServers: at('GET /media-servers'),
  drainMediaServer: at('POST /media-servers/{name}/drain'),
  resumeMediaServer: at('POST /media-servers/{name}/resume'),
} as const;
