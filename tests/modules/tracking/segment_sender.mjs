// Sends events with Segment's library for Node, as its documentation shows; prints the ids of those it gave up.
//
//     node segment_sender.mjs PACKAGE_JSON HOST WRITE_KEY EVENTS
import { createRequire } from "node:module";

const [packages, host, writeKey, events] = process.argv.slice(2);
const { Analytics } = createRequire(packages)("@segment/analytics-node");
const givenUp = [];
const analytics = new Analytics({ writeKey, host, flushAt: 20, flushInterval: 200, maxRetries: 10, httpRequestTimeout: 30000 });
analytics.on("error", (failure) => {
  const context = failure.ctx ?? failure.context;
  if (context) givenUp.push(context.event.messageId);
});
for (let number = 0; number < Number(events); number++) {
  const common = { userId: `user-${number % 7}`, messageId: `node-${number}` };
  const kinds = [
    () => analytics.track({ ...common, event: "Paid", properties: { amount: number } }),
    () => analytics.identify({ ...common, traits: { email: "someone@people.example" } }),
    () => analytics.page({ ...common, name: "Home", properties: { path: "/" } }),
    () => analytics.screen({ ...common, name: "Start" }),
    () => analytics.group({ ...common, groupId: "group-1", traits: { plan: "pro" } }),
    () => analytics.alias({ ...common, previousId: `anonymous-${number}` }),
  ];
  kinds[number % kinds.length]();
}
await analytics.closeAndFlush({ timeout: 60000 });
console.log(JSON.stringify([...new Set(givenUp)]));
