import { Injectable } from '@nestjs/common';
import {
  changeRequestDecider,
  type ChangeRequestCommand,
} from '../../domain/change-request/change-request.decider.js';
import {
  isOpened,
  type ChangeRequest,
  type ChangeRequestState,
} from '../../domain/change-request/change-request.state.js';
import type { OpenRequest } from '../../domain/change-request/opening.js';
import { requestNotFound } from '../../domain/change-request/refusals.js';
import type { Deployment } from '../../domain/deployment/deployment.state.js';
import type { Caller } from '../../domain/shared/caller.js';
import type { CommandContext } from '../../event-store/command-context.js';
import { DeciderRunner, type Decided } from '../../event-store/decider-runner.js';
import { DeploymentWriter } from '../deployments/index.js';
import { maySeeRequest } from './request-access.js';
import type { Place } from './request-rows.js';
import { changeRequestStream, isRequestId } from './streams.js';

export interface WrittenRequest extends Place {
  readonly request: ChangeRequest;
}

/** Carries commands to a request's stream. */
@Injectable()
export class RequestWriter {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly deployments: DeploymentWriter,
  ) {}

  /** The request as it is in the log now; `undefined`: there is none. */
  async find(changeRequestId: string): Promise<WrittenRequest | undefined> {
    if (!isRequestId(changeRequestId)) return undefined;
    const { state, revision, position } = await this.runner.load(
      changeRequestDecider,
      changeRequestStream(changeRequestId),
    );
    return isOpened(state) ? { request: state, revision, position } : undefined;
  }

  /** The request and its deployment, for somebody who may see it. @throws DomainError `not-found` for others */
  async load(
    changeRequestId: string,
    caller: Caller,
  ): Promise<{ readonly request: ChangeRequest; readonly deployment: Deployment | undefined }> {
    const found = await this.find(changeRequestId);
    if (found === undefined) throw requestNotFound(changeRequestId);
    const { request } = found;
    const deployment = await this.deployments.load(request.entityId);
    if (!maySeeRequest(caller, request, deployment)) throw requestNotFound(changeRequestId);
    return { request, deployment };
  }

  async open(command: OpenRequest, context: CommandContext): Promise<WrittenRequest> {
    const stream = changeRequestStream(command.changeRequestId);
    const opened = await this.runner.create(changeRequestDecider, stream, command, context);
    return opened === undefined ? this.write(command.changeRequestId, command, context) : written(opened);
  }

  async write(
    changeRequestId: string,
    command: ChangeRequestCommand,
    context: CommandContext,
  ): Promise<WrittenRequest> {
    const stream = changeRequestStream(changeRequestId);
    return written(await this.runner.run(changeRequestDecider, stream, command, context));
  }
}

const written = ({ state, revision, position }: Decided<ChangeRequestState>): WrittenRequest => {
  if (!isOpened(state)) throw new Error('a change request was written but is not open');
  return { request: state, revision, position };
};
