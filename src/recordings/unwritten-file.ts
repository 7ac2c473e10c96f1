import { messageOf } from '../common/app-error.js';
import { log } from '../common/log.js';
import type { Database } from '../database/database.js';
import { RecordingFile } from './recording.entity.js';
import type { SealedFiles } from './sealed-files.js';

/**
 * After a transaction that failed: takes a sealed file away, unless its row got into the database all the same, for a
 * COMMIT whose answer was lost may have passed. Where that cannot be known the file stays, and the nightly check lists it.
 * Never throws.
 * @param file whose transaction locked the recording's row
 */
export async function discardUnwritten(
  database: Database,
  sealed: SealedFiles,
  file: RecordingFile,
): Promise<void> {
  const { id, companyId, recordingId, path } = file;
  try {
    const isWritten = await database.transaction(companyId, async (tx) => {
      await tx.query('SELECT FROM recording WHERE id = $1 FOR UPDATE', [recordingId]); // behind a COMMIT under way
      return tx.existsBy(RecordingFile, { id });
    });
    if (!isWritten) await sealed.discard(file);
  } catch (error) {
    log('recordings').warn({ path, error: messageOf(error) }, 'whether it is of use is not known: it stays');
  }
}
