import { AppError } from '../common/app-error.js';

export const noExtension = () =>
  new AppError('no-extension', 'you have no extension to ring: an administrator can give you one', {
    httpStatus: 409,
    blame: 'caller',
  });
