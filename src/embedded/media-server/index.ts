export { startMediaServer, type MediaServerSettings, type RunningMediaServer } from './media-server.js';
