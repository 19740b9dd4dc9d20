// Lists every programme with a client made from the contract: it compiles only while the contract says what
// the directory answers, and prints as many lines as there are programmes.
import createClient from "openapi-fetch";

import type { paths } from "./directory.js";

// Lists are answered as JSON-LD too, where it is asked for: this client reads JSON.
const client = createClient<paths, "application/json" | "application/problem+json">({ baseUrl: process.argv[2] ?? "" });
let cursor: string | undefined;
let total = 0;
do {
  const { data, error } = await client.GET("/v1/programmes", {
    params: { query: { limit: 10, sort: "title", ...(cursor === undefined ? {} : { cursor }) } },
  });
  if (error) throw new Error(`${error.title}: ${error.detail}`);
  for (const programme of data.data) console.log(programme.id, "·", programme.title);
  total = data.meta.total;
  const next = data.links.next;
  cursor = next === null ? undefined : (new URL(next).searchParams.get("cursor") ?? undefined);
} while (cursor !== undefined);
console.log("total", total);

// What cannot be asked is told as the contract says, and a wrong name does not even compile.
// @ts-expect-error the parameter is called `role`
const refused = await client.GET("/v1/programmes", { params: { query: { rol: "midwife" } } });
const [code, near] = [refused.error?.code, refused.error?.errors?.[0]?.didYouMean];
if (code !== "unknown-parameter" || near !== "role") throw new Error(`refused with ${code}, ${near}`);
