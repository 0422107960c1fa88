import { holds } from "./conditions.ts";
import {
  type CheckedRequest,
  check,
  type Expression,
  type Item,
  mapPaths,
  run,
  type Store,
} from "./dynalite.ts";

/** No attribute has an empty name. */
const always: Expression = { type: "function", name: "attribute_not_exists", args: [[""]] };

/**
 * Query and Scan. dynalite pages through the items; a filter is evaluated here, on the page, by the same rules as
 * conditions, and so the projection must wait until the filter has seen the whole item.
 */
export async function readPage(store: Store, action: "query" | "scan", input: object): Promise<object> {
  const request = check(store, action, input);
  const { _filter, _projection, Select } = request;
  if (!_filter) return run(store, action, request);
  const unfiltered: Record<keyof CheckedRequest | string, unknown> = {
    ...request,
    _filter: { ..._filter, expression: always },
  };
  if (_projection) unfiltered._projection = { ..._projection, paths: undefined };
  if (Select === "COUNT") unfiltered.Select = undefined;

  const { Items, ...page } = await run(store, action, unfiltered);
  const matching = (Items as readonly Item[]).filter((item) => holds(_filter.expression, item));
  const paths = _projection?.paths;
  return {
    ...page,
    Count: matching.length,
    ...(Select !== "COUNT" && { Items: paths ? matching.map((item) => mapPaths(paths, item)) : matching }),
  };
}
