import type { NestExpressApplication } from '@nestjs/platform-express';
import { static as staticFiles, type NextFunction, type Request, type Response } from 'express';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// From src/http and dist/http alike; `npm run build` makes it.
const BUILT = fileURLToPath(new URL('../../dist/web', import.meta.url));
const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** Paths that are no pages: what is not found there is answered by the routes. */
const NO_PAGE = /^\/(api|health|metrics|assets)(\/|$)/;

/** The nonce under which this answer's page may make style elements. */
export const nonceOf = (response: Response): string => {
  const { locals } = response as { locals: { nonce?: string } };
  return (locals.nonce ??= randomBytes(16).toString('base64'));
};

/**
 * The cabinets: assets, whose names hold their hash, for ever; and the one page, which finds its way in the browser.
 */
export function serveWeb(app: NestExpressApplication): void {
  app.use('/assets', compressed, staticFiles(join(BUILT, 'assets'), { immutable: true, maxAge: '1y' }));
  app.use(staticFiles(join(BUILT), { index: false, redirect: false, dotfiles: 'ignore' }));
  app.use(page);
}

/** Sends the form of an asset that was compressed when it was built. */
function compressed(request: Request, response: Response, next: NextFunction): void {
  const path = request.path;
  const type = TYPES[extname(path)];
  if (type === undefined || path.includes('..')) return next();
  response.setHeader('Vary', 'Accept-Encoding');
  const encoding = request.acceptsEncodings('br', 'gzip');
  const suffix = encoding === 'br' ? '.br' : encoding === 'gzip' ? '.gz' : undefined;
  if (suffix === undefined || !existsSync(join(BUILT, 'assets', `${path}${suffix}`))) return next();
  response.setHeader('Content-Encoding', encoding as string);
  response.type(type);
  request.url = `${path}${suffix}`;
  next();
}

function page(request: Request, response: Response, next: NextFunction): void {
  const asks = ['GET', 'HEAD'].includes(request.method) && request.accepts('html', 'json') === 'html';
  if (!asks || NO_PAGE.test(request.path) || extname(request.path) !== '') return next();
  const html = readPage();
  if (html === undefined) return next();
  // A page that was kept would come with a nonce that its policy no longer names.
  response.setHeader('Cache-Control', 'no-store');
  response.type('html').send(html.replace('%NONCE%', nonceOf(response)));
}

const readPage = () => {
  const file = join(BUILT, 'index.html');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
};
