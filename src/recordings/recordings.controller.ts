import { Body, Controller, Get, Head, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import { AppError } from '../common/app-error.js';
import { log } from '../common/log.js';
import type { Person } from '../contracts/identity.js';
import { idParameter, pageOf, type IdParameter, type Page } from '../contracts/page.js';
import {
  audioQuery,
  peaksSchema,
  recordingDeletion,
  recordingSchema,
  recordingsQuery,
  type AudioQuery,
  type PeaksView,
  type RecordingsQuery,
  type RecordingView,
} from '../contracts/recordings.js';
import { Answers, AnswersProblems } from '../http/answers.js';
import { Asking, RequireRight, type SignedInRequest } from '../identity/require-right.js';
import { demandRight } from '../identity/rights.js';
import { byteRangeOf } from './byte-range.js';
import { Plays } from './plays.js';
import { RecordingAudio, type Audio } from './recording-audio.js';
import { RecordingDeletion } from './recording-deletion.js';
import { RecordingsQueries } from './recordings.query.js';
import { OPUS } from './opus-encoder.js';

@ApiTags('recordings')
@Controller('api/v1/recordings')
export class RecordingsController {
  constructor(
    private readonly recordings: RecordingsQueries,
    private readonly audio: RecordingAudio,
    private readonly plays: Plays,
    private readonly deletion: RecordingDeletion,
  ) {}

  @Get()
  @RequireRight('recordings.read')
  @Answers(pageOf(recordingSchema))
  list(
    @Asking() person: Person,
    @Query({ schema: recordingsQuery }) query: RecordingsQuery,
  ): Promise<Page<RecordingView>> {
    return this.recordings.list(person, query);
  }

  @Get(':id')
  @RequireRight('recordings.read')
  @Answers(recordingSchema)
  get(@Asking() person: Person, @Param({ schema: idParameter }) { id }: IdParameter): Promise<RecordingView> {
    return this.recordings.get(person, id);
  }

  /** For a waveform: the loudest moment of each stretch, each party apart. */
  @Get(':id/peaks')
  @RequireRight('recordings.play')
  @Answers(peaksSchema)
  peaks(@Asking() person: Person, @Param({ schema: idParameter }) { id }: IdParameter): Promise<PeaksView> {
    return this.recordings.peaks(person, id);
  }

  /** Its key and its files go; its hash, and who deleted it why, stay in the ledger. */
  @Post(':id/deletion')
  @RequireRight('recordings.delete')
  @Answers(recordingSchema)
  async delete(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Body({ schema: recordingDeletion }) { reason }: z.infer<typeof recordingDeletion>,
  ): Promise<RecordingView> {
    await this.recordings.get(person, id);
    await this.deletion.byPerson(person, id, reason);
    return this.recordings.get(person, id);
  }

  @Head(':id/audio')
  @RequireRight('recordings.play')
  @ApiResponse({ status: 200, description: 'Size and type alone; no play' })
  @AnswersProblems()
  async describe(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Query({ schema: audioQuery }) query: AudioQuery,
    @Res() response: Response,
  ): Promise<void> {
    const audio = await this.audio.find(person, id, query.form);
    response.status(200).set(headersOf(audio, query)).set('Content-Length', String(audio.sizeBytes)).end();
  }

  /**
   * Stereo, the client on the left. Single byte ranges are answered with 206. Each play is written down, and so is
   * each download, which wants the right recordings.download.
   */
  @Get(':id/audio')
  @RequireRight('recordings.play')
  @ApiProduces('audio/wav', 'audio/ogg')
  @ApiResponse({ status: 200, schema: { type: 'string', format: 'binary' } })
  @ApiResponse({ status: 206, schema: { type: 'string', format: 'binary' } })
  @AnswersProblems()
  async play(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Query({ schema: audioQuery }) query: AudioQuery,
    @Req() request: SignedInRequest,
    @Res() response: Response,
  ): Promise<void> {
    if (query.download) demandRight(person, 'recordings.download');
    const audio = await this.audio.find(person, id, query.form);
    const { sizeBytes } = audio;
    const asked = ifRangeHolds(request, audio) ? request.headers.range : undefined;
    const range = byteRangeOf(asked, sizeBytes);
    if (range === 'unsatisfiable') {
      response.set('Content-Range', `bytes */${sizeBytes}`);
      throw new AppError('no-such-range', `the recording has ${sizeBytes} bytes`, {
        httpStatus: 416,
        blame: 'caller',
      });
    }
    if (query.download) await this.plays.downloaded(person, audio.view, query.form);
    else await this.plays.asked(person, request.token, audio.view, range);
    const { first, last } = range ?? { first: 0, last: sizeBytes - 1 };
    response.status(range ? 206 : 200).set(headersOf(audio, query));
    response.set('Content-Length', String(last - first + 1));
    if (range) response.set('Content-Range', `bytes ${first}-${last}/${sizeBytes}`);
    await pipeline(this.audio.read(audio, { first, last }), response).catch((error: unknown) => {
      // A player that goes away in the middle is no mistake.
      if (error instanceof AppError)
        log('recordings').error({ recordingId: id, error: error.message }, error.code);
    });
  }
}

const etagOf = ({ file }: Audio) => `"${file.sha256.toString('hex')}"`;

function headersOf(audio: Audio, { download }: AudioQuery) {
  const { contentType, recordingId } = audio.file;
  const name = `${recordingId}.${contentType === OPUS ? 'opus' : 'wav'}`;
  return {
    'Content-Type': contentType,
    'Accept-Ranges': 'bytes',
    ETag: etagOf(audio),
    'Cache-Control': 'private, no-store',
    'Content-Disposition': `${download ? 'attachment' : 'inline'}; filename="${name}"`,
  };
}

/** RFC 9110 §13.1.5: a range of another version than the client has is no use to it. */
const ifRangeHolds = (request: SignedInRequest, audio: Audio): boolean => {
  const ifRange = request.headers['if-range'];
  return ifRange === undefined || ifRange === etagOf(audio);
};
