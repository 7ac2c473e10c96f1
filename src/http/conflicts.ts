import { AppError } from '../common/app-error.js';
import { codeOf } from '../database/database-errors.js';

/** What each unique constraint of the schema says of which field. */
const UNIQUE: Record<string, { field: string; message: string }> = {
  extension_company_id_number_key: { field: 'number', message: 'is another extension’s number' },
  extension_mobile_id_key: { field: 'mobile', message: 'is another extension’s mobile' },
  ring_group_company_id_name_key: { field: 'name', message: 'is another ring group’s name' },
  recording_rule_company_id_name_key: { field: 'name', message: 'is another recording rule’s name' },
  recording_rule_company_id_position_key: {
    field: 'position',
    message: 'is another recording rule’s place: take one between',
  },
  trunk_company_id_name_key: { field: 'name', message: 'is another trunk’s name' },
  company_number_number_key: { field: 'number', message: 'is a company number already' },
  company_sip_domain_key: { field: 'sipDomain', message: 'is another company’s' },
  user_account_email_key: { field: 'email', message: 'has an account already' },
};

// PostgreSQL manual, appendix A.
const UNIQUE_VIOLATION = '23505';

/** Runs a change; where it would make two of what there is one of, the error is a 409 that names the field. */
export async function orConflict<T>(change: Promise<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    if (codeOf(error) !== UNIQUE_VIOLATION) throw error;
    const { constraint = '' } = (error as { driverError?: { constraint?: string } }).driverError ?? {};
    throw new AppError('conflict', UNIQUE[constraint]?.message ?? 'there is one already', {
      httpStatus: 409,
      blame: 'caller',
      field: UNIQUE[constraint]?.field,
    });
  }
}
