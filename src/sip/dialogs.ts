import { Injectable } from '@nestjs/common';
import { DrachtioDialog, type SipDialog } from './dialog.js';
import { DrachtioConnection } from './drachtio.connection.js';
import { OrphanDialog } from './orphan-dialog.js';
import type { ReplacedDialog } from './replaces.js';
import type { StackDialog } from './stack.js';

/** Every live dialog of this process. */
@Injectable()
export class Dialogs {
  private readonly live = new Set<DrachtioDialog | OrphanDialog>();

  constructor(private readonly connection: DrachtioConnection) {
    // A restarted drachtio-server knows none of the old dialogs and tells nobody (it answers 481 to their BYEs).
    connection.events.on('connected', ({ again }) => {
      if (again) for (const dialog of [...this.live]) dialog.serverLost();
    });
  }

  get size(): number {
    return this.live.size;
  }

  /** The live dialog that a Replaces names (RFC 3891 §3). */
  find(named: ReplacedDialog): SipDialog | undefined {
    return [...this.live].find((dialog) => dialog.isNamedBy(named));
  }

  adopt(dialog: StackDialog, role: 'uac' | 'uas'): DrachtioDialog {
    const adopted = new DrachtioDialog(this.connection, dialog, role, (gone) => this.live.delete(gone));
    this.live.add(adopted);
    return adopted;
  }

  /** A dialog that a process left which is no more. */
  takeOver(stackDialogId: string): OrphanDialog {
    const orphan = new OrphanDialog(this.connection, stackDialogId, (gone) => this.live.delete(gone));
    this.live.add(orphan);
    return orphan;
  }

  /** BYE to all, for the end of the process. */
  async endAll(headers?: Record<string, string>): Promise<void> {
    await Promise.all([...this.live].map((dialog) => dialog.bye(headers)));
  }
}
