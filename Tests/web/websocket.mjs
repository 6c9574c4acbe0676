// Node 20 has no WebSocket of its own; Debian's node-ws has one.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
export const WebSocket = globalThis.WebSocket ?? require('/usr/share/nodejs/ws');
