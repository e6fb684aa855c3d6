import { Global, Module } from '@nestjs/common';
import { CredentialRecords } from '../../platform/auth/credential-records.js';
import { Directory } from '../../platform/auth/directory.js';
import { UserRecorder } from '../../platform/auth/user-recorder.js';
import { DirectoryRecords } from './directory-records.js';
import { EndSessionHandler } from './end-session.handler.js';
import { GroupDirectory } from './group-directory.js';
import { DeleteGroupHandler, RecordGroupHandler } from './group.handlers.js';
import { GetGroupHandler, ListGroupsHandler } from './group.queries.js';
import {
  IssuePskHandler,
  RegeneratePskHandler,
  RevokePskByIdHandler,
  RevokePskHandler,
} from './psk.handlers.js';
import { GetPskOfUserHandler, ListPsksHandler } from './psk.queries.js';
import { ReadModelCredentials } from './read-model-credentials.js';
import { ReadModelDirectory } from './read-model-directory.js';
import { TokenUserRecorder } from './token-user-recorder.js';
import { RecordTokenUserHandler, RecordUserHandler } from './user.handlers.js';
import { FindUsersHandler, GetUserHandler, ListUsersHandler } from './user.queries.js';

/** People, groups and keys; global, because authentication asks it who somebody is. */
@Global()
@Module({
  providers: [
    DirectoryRecords,
    GroupDirectory,
    { provide: Directory, useClass: ReadModelDirectory },
    { provide: CredentialRecords, useClass: ReadModelCredentials },
    { provide: UserRecorder, useClass: TokenUserRecorder },
    RecordUserHandler,
    RecordTokenUserHandler,
    RecordGroupHandler,
    DeleteGroupHandler,
    IssuePskHandler,
    RegeneratePskHandler,
    RevokePskHandler,
    RevokePskByIdHandler,
    EndSessionHandler,
    GetUserHandler,
    ListUsersHandler,
    FindUsersHandler,
    GetGroupHandler,
    ListGroupsHandler,
    GetPskOfUserHandler,
    ListPsksHandler,
  ],
  exports: [Directory, CredentialRecords, UserRecorder, GroupDirectory],
})
export class DirectoryModule {}
