import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { WallarooMembersController } from './members.controller.js';
import { OwnWorkspace } from './own-workspace.js';
import { WallarooUsersController } from './users.controller.js';
import { WallarooSurface } from './wallaroo.surface.js';
import { WallarooWorkspacesController } from './workspaces.controller.js';

/** Wallaroo's vocabulary: workspaces, their members, and who people are. */
@Module({
  imports: [CqrsModule],
  controllers: [WallarooWorkspacesController, WallarooMembersController, WallarooUsersController],
  providers: [WallarooSurface, OwnWorkspace],
})
export class WallarooModule {}
