import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { HttpProblem } from '../../platform/http/problem.js';
import { ApiDocument } from './api-document.js';

/** The page runs its own scripts and asks its own server, nothing else; its styles are partly written by script. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Countersign API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true });\n`;

const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

/** The files of Swagger UI that the page loads, with their types. */
const FILES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': SCRIPT,
};

@ApiTags('Operations')
@Controller()
export class DocsController {
  constructor(private readonly document: ApiDocument) {}

  @Get('openapi.json')
  @ApiOperation({ summary: 'This document' })
  @ApiResponse({ status: 200, description: 'OpenAPI 3.1', schema: { type: 'object' } })
  openapi(@Res() reply: FastifyReply): void {
    void reply.type('application/json; charset=utf-8').send(this.document.json());
  }

  @Get('docs')
  @ApiOperation({ summary: 'This document, readable and to be tried out' })
  @ApiProduces('text/html')
  @ApiResponse({ status: 200, description: 'A page', schema: { type: 'string' } })
  page(@Res() reply: FastifyReply): void {
    void reply.header('content-security-policy', PAGE_POLICY).type(HTML).send(PAGE);
  }

  @Get('docs/:file')
  @ApiOperation({ summary: 'What that page loads' })
  @ApiProduces('text/css', 'text/javascript')
  @ApiResponse({ status: 200, description: 'A style sheet or a script', schema: { type: 'string' } })
  @ApiResponse({ status: 404, description: 'The page loads no such file' })
  file(@Param('file') file: string, @Res() reply: FastifyReply): void {
    if (file === 'start.js') {
      void reply.type(SCRIPT).send(START);
      return;
    }
    const type = Object.hasOwn(FILES, file) ? FILES[file] : undefined;
    if (type === undefined) throw new HttpProblem(404, 'not-found', 'There is nothing at this path');
    const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
    void reply.type(type).send(createReadStream(join(folder, file)));
  }
}
