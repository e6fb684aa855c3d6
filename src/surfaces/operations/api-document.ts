import { Inject, Injectable } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { SurfaceRegistry } from '../../platform/http/surface-registry.js';
import { productVersion } from '../../platform/product-version.js';
import { describeConventions } from './describe-conventions.js';
import { toOpenApi31 } from './openapi-31.js';

const DESCRIPTION = `Who may touch this deployment, who agreed to this change, what happened, and can you prove it?

Every write may carry an Idempotency-Key (a repeat gets the first answer again), If-Match (the ETag of what is to be
changed), X-Change-Reason and X-Correlation-Id, and is answered with X-Event-Position. A read that sends that position as
X-Min-Position sees the write.`;

/** What the service can be asked, as an OpenAPI 3.1 document: made when somebody first asks for it, then kept. */
@Injectable()
export class ApiDocument {
  private application: NestFastifyApplication | undefined;
  private text: string | undefined;

  constructor(
    private readonly surfaces: SurfaceRegistry,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** The application whose controllers are described. */
  describe(application: NestFastifyApplication): void {
    this.application = application;
  }

  json(): string {
    return (this.text ??= JSON.stringify(this.build()));
  }

  private build(): unknown {
    if (this.application === undefined) throw new Error('there is no application to describe yet');
    const builder = new DocumentBuilder()
      .setOpenAPIVersion('3.1.0')
      .setTitle('Countersign')
      .setDescription(DESCRIPTION)
      .setVersion(productVersion())
      .addBearerAuth(
        { type: 'http', scheme: 'bearer', description: 'Keycloak access token, or a key' },
        'bearer',
      )
      .addApiKey({ type: 'apiKey', in: 'header', name: 'Authorization-PSK' }, 'psk');
    if (this.config.publicUrl !== null) builder.addServer(this.config.publicUrl);
    const document: OpenAPIObject = SwaggerModule.createDocument(this.application, builder.build());
    const paths = Object.assign(
      describeConventions(document.paths),
      ...this.surfaces.describedPaths(),
    ) as OpenAPIObject['paths'];
    return toOpenApi31(JSON.parse(JSON.stringify({ ...document, paths })));
  }
}
