import { Injectable } from '@nestjs/common';
import { Notifications } from '../database/notifications.js';
import { Provisioning } from './provisioning.js';

/** Takes over the changes that another control plane made. */
@Injectable()
export class ChangeListener {
  constructor(notifications: Notifications, provisioning: Provisioning) {
    notifications.on('provisioning', {
      heard: () => provisioning.reload(),
      missed: () => provisioning.reload(),
    });
  }
}
