import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { Request, Response } from 'express';

/** `/api/openapi.json`, made from the routes and their schemas when it is first asked for. */
export function serveOpenApi(app: NestExpressApplication): void {
  let document: OpenAPIObject | undefined;
  app.use('/api/openapi.json', (request: Request, response: Response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.status(405).setHeader('Allow', 'GET, HEAD').end();
      return;
    }
    document ??= openApiDocument(app);
    response.json(document);
  });
}

export function openApiDocument(app: NestExpressApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Linekeeper')
    .setDescription(
      'Calls, clients, follow-ups, recordings and what administrators set up. Times are ISO 8601 UTC; lists are read page by page with `cursor`; errors are problem documents (RFC 9457). No answer carries a client’s number.',
    )
    .setVersion('1')
    .addBearerAuth()
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}`,
  });
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path) as { responses?: Record<string, unknown> }[]) {
      const problem = operation.responses?.['default'] as { content?: Record<string, unknown> } | undefined;
      const [schema] = Object.values(problem?.content ?? {});
      if (problem && schema) problem.content = { 'application/problem+json': schema };
    }
  }
  return document;
}
