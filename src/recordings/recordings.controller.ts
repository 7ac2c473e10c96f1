import { Controller, Get, Head, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../common/app-error.js';
import type { Settings } from '../common/env.js';
import { SETTINGS } from '../common/settings.js';
import type { Person } from '../contracts/identity.js';
import { idParameter, pageOf, type IdParameter, type Page } from '../contracts/page.js';
import {
  recordingSchema,
  recordingsQuery,
  type RecordingsQuery,
  type RecordingView,
} from '../contracts/recordings.js';
import { Answers, AnswersProblems } from '../http/answers.js';
import { Asking, RequireRight, type SignedInRequest } from '../identity/require-right.js';
import { byteRangeOf } from './byte-range.js';
import { Plays } from './plays.js';
import { RecordingsQueries } from './recordings.query.js';

@ApiTags('recordings')
@Controller('api/v1/recordings')
export class RecordingsController {
  constructor(
    private readonly recordings: RecordingsQueries,
    private readonly plays: Plays,
    @Inject(SETTINGS) private readonly settings: Settings,
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
  async get(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
  ): Promise<RecordingView> {
    return (await this.recordings.find(person, id)).view;
  }

  @Head(':id/audio')
  @RequireRight('recordings.play')
  @ApiResponse({ status: 200, description: 'Size and type alone; no play' })
  @AnswersProblems()
  async describe(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Res() response: Response,
  ): Promise<void> {
    const { view, size } = await this.file(person, id);
    response.status(200).set(headersOf(view)).set('Content-Length', String(size)).end();
  }

  /** Stereo WAV, the caller on the left. Single byte ranges are answered with 206. Each play is written down. */
  @Get(':id/audio')
  @RequireRight('recordings.play')
  @ApiProduces('audio/wav')
  @ApiResponse({ status: 200, schema: { type: 'string', format: 'binary' } })
  @ApiResponse({ status: 206, schema: { type: 'string', format: 'binary' } })
  @AnswersProblems()
  async play(
    @Asking() person: Person,
    @Param({ schema: idParameter }) { id }: IdParameter,
    @Req() request: SignedInRequest,
    @Res() response: Response,
  ): Promise<void> {
    const { view, path, size } = await this.file(person, id);
    const asked = ifRangeHolds(request, view) ? request.headers.range : undefined;
    const range = byteRangeOf(asked, size);
    if (range === 'unsatisfiable') {
      response.set('Content-Range', `bytes */${size}`);
      throw new AppError('no-such-range', `the recording has ${size} bytes`, {
        httpStatus: 416,
        blame: 'caller',
      });
    }
    await this.plays.asked(person, request.token, view, range);
    const { first, last } = range ?? { first: 0, last: size - 1 };
    response.status(range ? 206 : 200).set(headersOf(view));
    response.set('Content-Length', String(last - first + 1));
    if (range) response.set('Content-Range', `bytes ${first}-${last}/${size}`);
    // A player that goes away in the middle is no mistake.
    await pipeline(createReadStream(path, { start: first, end: last }), response).catch(() => undefined);
  }

  private async file(
    person: Person,
    id: string,
  ): Promise<{ view: RecordingView; path: string; size: number }> {
    const { view, path } = await this.recordings.find(person, id);
    if (view.state === 'recording') {
      throw new AppError('still-recording', 'the recording is complete when the call has ended', {
        httpStatus: 409,
        blame: 'caller',
      });
    }
    const root = normalize(this.settings.RECORDINGS_DIR) + sep;
    const absolute = join(root, path);
    const size = absolute.startsWith(root) ? await sizeOf(absolute) : 0;
    if (view.state === 'missing' || size === 0) {
      throw new AppError('recording-missing', 'the recording’s file is not there', { httpStatus: 404 });
    }
    return { view, path: absolute, size };
  }
}

const sizeOf = async (path: string): Promise<number> =>
  stat(path).then(
    (found) => (found.isFile() ? found.size : 0),
    () => 0,
  );

const etagOf = (view: RecordingView) => `"${view.sha256 ?? view.id}"`;

const headersOf = (view: RecordingView) => ({
  'Content-Type': 'audio/wav',
  'Accept-Ranges': 'bytes',
  ETag: etagOf(view),
  'Cache-Control': 'private, no-store',
  'Content-Disposition': `inline; filename="${view.id}.wav"`,
});

/** RFC 9110 §13.1.5: a range of another version than the client has is no use to it. */
const ifRangeHolds = (request: SignedInRequest, view: RecordingView): boolean => {
  const ifRange = request.headers['if-range'];
  return ifRange === undefined || ifRange === etagOf(view);
};
