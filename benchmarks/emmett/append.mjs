// How many events a second Emmett's Postgres store appends: one event an append, each to a new stream.
// node append.mjs URL: for every line "CALLERS SECONDS" of the standard input, a line with the rate.

import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { STREAM_DOES_NOT_EXIST } from '@event-driven-io/emmett';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';

const store = getPostgreSQLEventStore(process.argv[2]);
await store.schema.migrate();

async function rate(callers, seconds) {
  const began = performance.now();
  const end = began + seconds * 1000;
  let done = 0;
  const call = async () => {
    while (performance.now() < end) {
      const id = randomUUID();
      const event = { type: 'media_request.followed', data: { request_id: id, user_id: id } };
      await store.appendToStream(`media_request-${id}`, [event], { expectedStreamVersion: STREAM_DOES_NOT_EXIST });
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return (done * 1000) / (performance.now() - began);
}

for await (const line of createInterface({ input: process.stdin })) {
  const [callers, seconds] = line.split(' ').map(Number);
  process.stdout.write(`${await rate(callers, seconds)}\n`);
}
await store.close();
