import type { z } from 'zod';
import { callDetail, callRequest, callSchema, callsQuery } from './calls.js';
import {
  clientChange,
  clientNoteNew,
  clientNoteSchema,
  clientNotes,
  clientSchema,
  clientsQuery,
  revealedNumber,
  revealRequest,
} from './clients.js';
import { figuresQuery, figuresSchema } from './figures.js';
import { followUpClosing, followUpSchema, followUpsQuery } from './follow-ups.js';
import {
  meResponse,
  passwordChange,
  personChange,
  personNew,
  personSchema,
  signInRequest,
  signInResponse,
} from './identity.js';
import { ledgerEntrySchema, ledgerQuery } from './ledger.js';
import { presenceChange, presenceSchema, superviseRequest, supervisionSchema } from './live.js';
import { mediaServerList, mediaServerSchema } from './media-servers.js';
import { pageOf, pageQuery } from './page.js';
import { demoLine, phoneCredentials } from './phone.js';
import { promptList, promptSchema } from './prompts.js';
import {
  companyChange,
  companyNumberChange,
  companyNumberNew,
  companyNumberSchema,
  companySchema,
  diallingRulesChange,
  diallingRulesSchema,
  extensionChange,
  extensionNew,
  extensionSchema,
  extensionWithPassword,
  groupChange,
  groupNew,
  groupSchema,
  trunkChange,
  trunkNew,
  trunkSchema,
} from './provisioning.js';
import {
  holdLift,
  holdNew,
  holdSchema,
  noteNew,
  noteSchema,
  notesSchema,
  peaksSchema,
  reconciliationSchema,
  recordingAction,
  recordingActionResult,
  recordingDeletion,
  recordingRuleChange,
  recordingRuleNew,
  recordingRuleSchema,
  recordingSchema,
  recordingsQuery,
} from './recordings.js';
import { rightsTable } from './rights.js';
import { softphoneLink } from './softphone-link.js';
import { registeredDevices, softphoneSettings, trunkStates } from './standing.js';
import { trunkTestRequest, trunkTestSchema } from './trunk-test.js';

interface Route {
  /** What it answers; without it, its status alone. */
  answer?: z.ZodType;
  /** `audio/wav`: the body is the sound itself. */
  body?: z.ZodType | 'audio/wav';
  query?: z.ZodType;
}

/**
 * What the pages ask of the server under /api/v1, and with which schemas. The pages' types are made from it; a test holds it
 * to the server's own description (test/e2e/routes.spec.ts).
 */
export const ROUTES = {
  'POST /sign-in': { body: signInRequest, answer: signInResponse },
  'POST /sign-out': {},
  'GET /me': { answer: meResponse },
  'POST /me/password': { body: passwordChange },
  'GET /me/presence': { answer: presenceSchema },
  'PUT /me/presence': { body: presenceChange, answer: presenceSchema },

  'GET /calls': { query: callsQuery, answer: pageOf(callSchema) },
  'GET /calls/{id}': { answer: callDetail },
  'POST /calls': { body: callRequest, answer: callSchema },
  'DELETE /calls/{id}': {},
  'POST /calls/{id}/recording': { body: recordingAction, answer: recordingActionResult },
  'POST /calls/{id}/supervise': { body: superviseRequest },
  'POST /extensions/{id}/follow': { body: superviseRequest },
  'PATCH /supervision': { body: superviseRequest, answer: supervisionSchema },
  'DELETE /supervision': {},
  'POST /phone/credentials': { answer: phoneCredentials },
  'GET /demo': { answer: demoLine },
  'GET /clients': { query: clientsQuery, answer: pageOf(clientSchema) },
  'GET /clients/{id}': { answer: clientSchema },
  'PATCH /clients/{id}': { body: clientChange, answer: clientSchema },
  'POST /clients/{id}/reveal': { body: revealRequest, answer: revealedNumber },
  'GET /clients/{id}/notes': { answer: clientNotes },
  'POST /clients/{id}/notes': { body: clientNoteNew, answer: clientNoteSchema },
  'DELETE /clients/{id}/notes/{noteId}': {},
  'GET /follow-ups': { query: followUpsQuery, answer: pageOf(followUpSchema) },
  'POST /follow-ups/{id}/close': { body: followUpClosing, answer: followUpSchema },
  'GET /recordings': { query: recordingsQuery, answer: pageOf(recordingSchema) },
  'GET /recordings/reconciliation': { answer: reconciliationSchema },
  'GET /recordings/{id}': { answer: recordingSchema },
  'GET /recordings/{id}/peaks': { answer: peaksSchema },
  'GET /recordings/{id}/notes': { answer: notesSchema },
  'POST /recordings/{id}/notes': { body: noteNew, answer: noteSchema },
  'DELETE /recordings/{id}/notes/{noteId}': {},
  'POST /recordings/{id}/deletion': { body: recordingDeletion, answer: recordingSchema },
  'GET /recording-holds': { query: pageQuery, answer: pageOf(holdSchema) },
  'POST /recording-holds': { body: holdNew, answer: holdSchema },
  'POST /recording-holds/{id}/lift': { body: holdLift, answer: holdSchema },
  'GET /figures': { query: figuresQuery, answer: figuresSchema },
  'GET /ledger': { query: ledgerQuery, answer: pageOf(ledgerEntrySchema) },

  'GET /people': { query: pageQuery, answer: pageOf(personSchema) },
  'POST /people': { body: personNew, answer: personSchema },
  'PATCH /people/{id}': { body: personChange, answer: personSchema },
  'DELETE /people/{id}': {},
  'GET /company': { answer: companySchema },
  'PATCH /company': { body: companyChange, answer: companySchema },
  'GET /dialling-rules': { answer: diallingRulesSchema },
  'PATCH /dialling-rules': { body: diallingRulesChange, answer: diallingRulesSchema },
  'GET /recording-rules': { query: pageQuery, answer: pageOf(recordingRuleSchema) },
  'POST /recording-rules': { body: recordingRuleNew, answer: recordingRuleSchema },
  'PATCH /recording-rules/{id}': { body: recordingRuleChange, answer: recordingRuleSchema },
  'DELETE /recording-rules/{id}': {},
  'GET /extensions': { query: pageQuery, answer: pageOf(extensionSchema) },
  'POST /extensions': { body: extensionNew, answer: extensionWithPassword },
  'PATCH /extensions/{id}': { body: extensionChange, answer: extensionSchema },
  'POST /extensions/{id}/softphone-link': { answer: softphoneLink },
  'POST /extensions/{id}/sip-password': { answer: extensionWithPassword },
  'DELETE /extensions/{id}': {},
  'GET /ring-groups': { query: pageQuery, answer: pageOf(groupSchema) },
  'POST /ring-groups': { body: groupNew, answer: groupSchema },
  'PATCH /ring-groups/{id}': { body: groupChange, answer: groupSchema },
  'DELETE /ring-groups/{id}': {},
  'GET /company-numbers': { query: pageQuery, answer: pageOf(companyNumberSchema) },
  'POST /company-numbers': { body: companyNumberNew, answer: companyNumberSchema },
  'PATCH /company-numbers/{id}': { body: companyNumberChange, answer: companyNumberSchema },
  'DELETE /company-numbers/{id}': {},
  'GET /trunks': { query: pageQuery, answer: pageOf(trunkSchema) },
  'POST /trunks': { body: trunkNew, answer: trunkSchema },
  'PATCH /trunks/{id}': { body: trunkChange, answer: trunkSchema },
  'DELETE /trunks/{id}': {},

  'POST /trunks/{id}/test': { body: trunkTestRequest, answer: trunkTestSchema },
  'GET /prompts': { answer: promptList },
  'PUT /prompts/{language}/{name}': { body: 'audio/wav', answer: promptSchema },
  'DELETE /prompts/{language}/{name}': {},

  'GET /rights': { answer: rightsTable },
  'GET /devices': { answer: registeredDevices },
  'GET /trunk-states': { answer: trunkStates },
  'GET /softphone-settings': { answer: softphoneSettings },
  'GET /media-servers': { answer: mediaServerList },
  'POST /media-servers/{name}/drain': { answer: mediaServerSchema },
  'POST /media-servers/{name}/resume': { answer: mediaServerSchema },
} as const satisfies Record<string, Route>;

type Routes = typeof ROUTES;
export type RouteName = keyof Routes;
export type AnswerOf<Name extends RouteName> = Routes[Name] extends { answer: infer Answer extends z.ZodType }
  ? z.output<Answer>
  : void;
/** The body, or what of the query is asked; undefined where there is neither. */
export type InputOf<Name extends RouteName> = Routes[Name] extends { body: infer Body extends z.ZodType }
  ? z.input<Body>
  : Routes[Name] extends { body: 'audio/wav' }
    ? Blob
    : Routes[Name] extends { query: infer Query extends z.ZodType }
      ? Partial<z.output<Query>>
      : undefined;
